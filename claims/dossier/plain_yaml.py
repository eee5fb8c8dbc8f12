"""YAML without surprises, both ways.

In: mappings, lists, text, true and false. Numbers and dates stay the text that was typed, a key
stands once, and what few editors know (anchors, tags, merge keys) is refused. Out: one spelling
of the same data, in blocks that a person can read and a diff can show.
"""

import re
import sys

import yaml

from .mistakes import Mistake

_Reader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where there is one: ten times faster
_REFUSED = {
    yaml.AnchorToken: "an anchor (&); write the text out",
    yaml.AliasToken: "an alias (*); write the text out, or put it in quotes",
    yaml.TagToken: "a tag (!); leave it out, or put the text in quotes",
    yaml.DirectiveToken: "a directive (%); leave it out",
}
_OPENING = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
_CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)
MAX_DEPTH = 20
_UNFIT = re.compile("[^\n\r -~\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


class _Loader(_Reader):
    yaml_implicit_resolvers = {}

    def __init__(self, text):
        super().__init__(text)
        self.mistakes = []

    def construct_mapping(self, node, deep=False):
        result = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            value = self.construct_object(value_node, deep=True)
            if not isinstance(key, str):
                self.mistakes.append(_at(key_node.start_mark, f"a key is text, not {key!r}"))
            elif key in result:
                self.mistakes.append(_at(key_node.start_mark, f"the key {key!r} stands twice"))
            else:
                result[key] = value
        return result


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), "tf")
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_constructor(
    "tag:yaml.org,2002:map", lambda loader, node: loader.construct_mapping(node, deep=True)
)


def parse(text):
    """`(data, mistakes)`: what the text says, and what is wrong with it as YAML."""
    if mistakes := _unfit_characters(text):
        return None, mistakes
    try:
        if mistakes := _refused_features(text):
            return None, mistakes
        loader = _Loader(text)
        try:
            return loader.get_single_data(), loader.mistakes
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        reason = " ".join(filter(None, [error.context, error.problem]))
        return None, [_at(error.problem_mark or error.context_mark, f"not YAML: {reason}")]


def _unfit_characters(text):
    """Tabs and control characters, before the parser sees them: it names neither."""
    found = _UNFIT.search(text)
    if found is None:
        return []
    line = text.count("\n", 0, found.start()) + 1
    column = found.start() - text.rfind("\n", 0, found.start())
    what = "a tab; use spaces"
    if found[0] != "\t":
        what = f"the control character U+{ord(found[0]):04X}, which cannot stand in a text"
    return [Mistake(f"line {line}, column {column}", what)]


def _refused_features(text):
    mistakes, depth = [], 0
    for token in yaml.scan(text, Loader=_Reader):
        if type(token) in _REFUSED:
            mistakes.append(_at(token.start_mark, _REFUSED[type(token)]))
        depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
        if depth > MAX_DEPTH:
            return [_at(token.start_mark, "lists or mappings stand too deep in one another")]
    return mistakes


def _at(mark, reason):
    return Mistake(f"line {mark.line + 1}, column {mark.column + 1}" if mark else "", reason)


# --- Out -----------------------------------------------------------------------

_SENTENCE_END = re.compile(r"(?<=[.!?]) (?=\S)")
_ODD_BREAKS = re.compile("[\r\x85\u2028\u2029]")
_FOLDS = re.compile(r"\S+( \S+)*")
LONG = 80


class _Dumper(yaml.SafeDumper):
    """Writes long texts one sentence a line, so that a diff shows the sentence that changed."""

    def write_folded(self, text):
        self.write_indicator(">-", True)
        for sentence in _SENTENCE_END.split(text):
            self.write_indent()
            self.stream.write(sentence)
            self.column += len(sentence)

    def ignore_aliases(self, data):
        return True


def _represent_text(dumper, text):
    style = None
    if _UNFIT.search(text) or _ODD_BREAKS.search(text):
        style = '"'  # escapes them
    elif "\n" in text:
        style = "|"
    elif len(text) > LONG and _FOLDS.fullmatch(text) and _SENTENCE_END.search(text):
        style = ">"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _represent_list(dumper, items):
    flow = all(isinstance(item, str) for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=flow)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(list, _represent_list)


def write(data):
    """The text of `data`, in the order of its keys."""
    return yaml.dump(
        data,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=False,
        width=sys.maxsize,
    )
