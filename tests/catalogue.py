"""Which strings the public interface may show: read from its sources, without running them."""

import ast
import re
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
DESK = {"admin", "account", "allauth", "usersessions"}  # signing in belongs to the desk
TEMPLATES = [file for file in sorted(ROOT.glob("templates/**/*.html")) if not DESK & {*file.parts}]
MODULES = [
    *sorted(ROOT.glob("claims/pages/*.py")),
    *sorted(ROOT.glob("claims/templatetags/*.py")),
    ROOT / "claims" / "choices.py",
    ROOT / "claims" / "filters.py",
    *sorted(ROOT.glob("claims/interchange/claimreview_*.py")),
    ROOT / "claims" / "search" / "reasons.py",
    ROOT / "sources" / "choices.py",
    ROOT / "sources" / "dates.py",
]
PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
TEMPLATE_CALL = re.compile(
    r"""\b(?:n|p|np)?gettext\((?:u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")\s*,?\s*)+"""
)


def strings():
    """`{(context, singular, plural): [files]}` of everything that can be translated."""
    found = {}
    for file in MODULES:
        for key in _of_code(ast.parse(file.read_text())):
            found.setdefault(key, []).append(_name(file))
    for file in TEMPLATES:
        for key in _of_template(file.read_text()):
            found.setdefault(key, []).append(_name(file))
    return found


def _name(file):
    return file.relative_to(ROOT).as_posix()


def _of_template(source):
    """Django turns a template into calls of gettext between blanks, which parse one by one."""
    for match in TEMPLATE_CALL.finditer(templatize(source)):
        yield from _of_code(ast.parse(match[0].rstrip(", ") + ")"))


def _of_code(tree):
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", None))
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
        if name in PLAIN:
            yield None, texts[0], None
        elif name in PLURAL:
            yield None, texts[0], texts[1]
        elif name in CONTEXT:
            yield texts[0], texts[1], None
