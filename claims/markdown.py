"""Markdown of editors to HTML that is safe to show: no raw HTML, no pictures, few elements.

`[2]` or `[1, 3]` leads to the evidence of that number, where the caller says that there is such.
"""

import re

import nh3
from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt

TAGS = {
    *("p", "br", "hr", "em", "strong", "a", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
# A page has its own first two levels, unless the text is all there is below its title.
HIGHEST_HEADING = 3
CITATION = re.compile(r"\[([0-9]{1,3}(?:, ?[0-9]{1,3})*)\](?![\[(:])")


def cited(text):
    """The numbers that a text cites, or would seem to a reader to cite."""
    return {int(n) for match in CITATION.finditer(text) for n in match[1].split(",")}


def _lower_headings(state):
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            level = int(token.tag[1]) + state.env["highest"] - 1
            token.tag = f"h{min(level, 6)}"


def _citation(state, silent):
    """A rule of the parser, so that code and links keep their brackets."""
    match = CITATION.match(state.src, state.pos)
    numbers = [int(number) for number in match[1].split(",")] if match else []
    if not match or state.linkLevel or not state.env["cites"].issuperset(numbers):
        return False
    if not silent:
        for number in numbers:
            token = state.push("link_open", "a", 1)
            token.attrs = {"href": f"#evidence-{number}"}
            state.push("text", "", 0).content = f"[{number}]"
            state.push("link_close", "a", -1)
    state.pos = match.end()
    return True


def _parser():
    # A picture would be loaded from somewhere else, which no page may do.
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    parser.core.ruler.push("lower_headings", _lower_headings)
    parser.inline.ruler.before("link", "citation", _citation)
    return parser


_markdown = _parser()


def to_html(text, highest=HIGHEST_HEADING, cites=()):
    """Markdown to safe HTML, its first level of headings as h`highest`.

    `cites` are the numbers that may be cited.

    Links lead out without passing on who sent the reader.
    """
    return mark_safe(
        nh3.clean(
            _markdown.render(text, {"highest": highest, "cites": frozenset(cites)}),
            tags=TAGS,
            attributes={"a": {"href", "title"}, "ol": {"start"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener nofollow",
        )
    )
