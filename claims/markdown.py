"""Markdown of editors to HTML that is safe to show: no raw HTML, no pictures, few elements."""

import nh3
from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt

TAGS = {
    *("p", "br", "hr", "em", "strong", "a", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
# A page has its own first two levels, unless the text is all there is below its title.
HIGHEST_HEADING = 3


def _lower_headings(state):
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            level = int(token.tag[1]) + state.env["highest"] - 1
            token.tag = f"h{min(level, 6)}"


def _parser():
    # A picture would be loaded from somewhere else, which no page may do.
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    parser.core.ruler.push("lower_headings", _lower_headings)
    return parser


_markdown = _parser()


def to_html(text, highest=HIGHEST_HEADING):
    """Markdown to safe HTML, its first level of headings as h`highest`.

    Links lead out without passing on who sent the reader.
    """
    return mark_safe(
        nh3.clean(
            _markdown.render(text, {"highest": highest}),
            tags=TAGS,
            attributes={"a": {"href", "title"}, "ol": {"start"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener nofollow",
        )
    )
