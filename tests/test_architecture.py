"""The house of CONTRIBUTING.md, held on the syntax tree: who imports whom, and how much."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = [
    path
    for folder in ("factcheck", "sources", "claims", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
]

# What each part of the house may never import, by prefix of the module's dotted name.
FORBIDDEN = {
    "sources": ["claims", "factcheck"],
    "claims": ["factcheck"],
    "claims.models": [
        *(f"claims.{name}" for name in ("publishing", "gate", "document", "review", "projection")),
        "claims.rules",
        *(f"claims.{name}" for name in ("api", "pages", "admin", "dossier", "management")),
    ],
    "claims.appearances": ["claims.publishing", "claims.api", "claims.pages", "claims.admin"],
    "claims.history": ["claims.publishing", "claims.api", "claims.pages", "claims.admin"],
    "claims.search": ["claims.publishing", "claims.api", "claims.pages", "claims.admin"],
    "claims.rules": ["claims.publishing", "claims.review", "claims.gate", "claims.admin"],
    "claims.document": ["claims.publishing", "claims.gate"],
    "claims.gate": ["claims.publishing"],
    "claims.transparency": ["claims.api", "claims.pages", "claims.admin", "claims.dossier"],
    "claims.schedule": ["claims.api", "claims.pages", "claims.admin", "claims.dossier"],
    "claims.tips": ["claims.api", "claims.pages", "claims.admin", "claims.dossier"],
    "claims.webhooks": [
        *(f"claims.{name}" for name in ("publishing", "review", "document", "gate")),
        *(f"claims.models.{name}" for name in ("claim", "verdict", "evidence")),
        *(f"claims.{name}" for name in ("api", "pages", "admin", "dossier")),
    ],
    "claims.exports": ["claims.api", "claims.pages", "claims.admin", "claims.dossier"],
    "claims.restoring": ["claims.publishing", "claims.api", "claims.pages", "claims.admin"],
    "claims.check_import": [
        *(f"claims.{name}" for name in ("publishing", "ledger", "schedule", "transparency")),
        *(f"claims.{name}" for name in ("api", "deskapi", "pages", "admin", "dossier")),
    ],
    "claims.elsewhere": [
        *(f"claims.{name}" for name in ("publishing", "review", "document", "gate", "ledger")),
        *(f"claims.{name}" for name in ("api", "pages", "admin", "dossier")),
    ],
    "claims.same": [
        *(f"claims.{name}" for name in ("publishing", "document", "gate", "ledger")),
        *(f"claims.{name}" for name in ("api", "pages", "admin", "dossier")),
    ],
    "claims.labels": ["claims.publishing", "claims.api", "claims.pages", "claims.admin"],
    "claims.jobs": ["claims.api", "claims.pages", "claims.admin", "claims.dossier"],
    "claims.publishing": ["claims.api", "claims.pages", "claims.admin", "claims.dossier"],
    "claims.api": ["claims.deskapi", "claims.pages", "claims.admin", "claims.dossier"],
    # What programs write are drafts: there is no way from here to the record.
    "claims.deskapi": [
        *(f"claims.{name}" for name in ("publishing", "ledger", "schedule", "transparency")),
        *(f"claims.{name}" for name in ("pages", "admin", "dossier")),
        *(f"claims.models.{name}" for name in ("Revision", "PublishedClaim", "record")),
        "sources.admin",
    ],
    "claims.drafts": [
        *(f"claims.{name}" for name in ("publishing", "ledger", "schedule", "transparency")),
        *(f"claims.{name}" for name in ("api", "deskapi", "pages", "admin", "dossier")),
    ],
    "claims.keys": [
        *(f"claims.{name}" for name in ("publishing", "review", "drafts")),
        *(f"claims.{name}" for name in ("api", "deskapi", "pages", "admin", "dossier")),
    ],
    "claims.pages": ["claims.api", "claims.deskapi", "claims.admin", "claims.dossier"],
    "claims.admin": ["claims.api", "claims.deskapi", "claims.pages", "claims.dossier"],
    "claims.dossier": ["claims.api", "claims.pages", "claims.admin"],
    "claims.interchange": ["claims.api", "claims.pages", "claims.admin", "claims.dossier"],
}

# What is public reads the record and nothing else.
PUBLIC = [
    "claims.api",
    "claims.pages",
    "claims.exports",
    "claims.filters",
    "claims.interchange",
    "claims.languages",
    "claims.release",
    "claims.search.analysis",
    "claims.search.dense",
    "claims.search.features",
    "claims.search.match",
    "claims.search.numerals",
    "claims.search.ranking",
    "claims.search.reasons",
    "claims.search.sentences",
    "claims.templatetags",
]
PUBLIC_MAY = [
    "claims.api",
    "claims.pages",
    "claims.chain",
    "claims.choices",
    "claims.exports",
    "claims.filters",
    "claims.interchange",
    "claims.languages",
    "claims.markdown",
    "claims.models.record",
    "claims.models.external",
    "claims.models.links",
    "claims.models.timestamps",
    "claims.release",
    "claims.search.analysis",
    "claims.search.dense",
    "claims.search.features",
    "claims.search.match",
    "claims.search.numerals",
    "claims.search.ranking",
    "claims.search.reasons",
    "claims.search.sentences",
    "claims.templatetags",
    "sources.addresses",
    "sources.cells",
    "sources.characters",
    "sources.choices",
    "sources.constraints",
    "sources.dates",
    "sources.languages",
]
# The few doors by which the public writes on the desk, and the one service behind each.
PUBLIC_WRITES = {"claims.pages.tips": "claims.tips"}


def dotted(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path):
    """Dotted names that a file imports, wherever the import stands; relative ones made absolute."""
    module = dotted(path)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            yield from (f"{base}.{alias.name}" for alias in node.names)


def inside(name, prefix):
    return name == prefix or name.startswith(f"{prefix}.")


EDGES = [(dotted(path), name) for path in CODE for name in imports(path)]


def test_the_reader_of_imports_sees_relative_and_nested_ones():
    assert ("claims.publishing", "claims.rules.require") in EDGES
    assert ("claims.api.views", "claims.models.record.PublishedClaim") in EDGES


@pytest.mark.parametrize("part", FORBIDDEN)
def test_imports_point_one_way(part):
    wrong = [
        (module, name)
        for module, name in EDGES
        if inside(module, part) and any(inside(name, prefix) for prefix in FORBIDDEN[part])
    ]
    assert wrong == []


def test_what_is_public_reads_the_record_only():
    """A draft cannot leak where no public code can see one."""
    wrong = [
        (module, name)
        for module, name in EDGES
        if any(inside(module, part) for part in PUBLIC)
        and (inside(name, "claims") or inside(name, "sources"))
        and not any(inside(name, allowed) for allowed in PUBLIC_MAY)
        and PUBLIC_WRITES.get(module) != name
    ]
    assert wrong == []


def test_only_the_one_door_writes_the_record():
    """No other module names a record table together with a method that writes."""
    writes = {
        "create",
        "bulk_create",
        "update",
        "delete",
        "save",
        "get_or_create",
        "update_or_create",
    }
    record = {"Revision", "PublishedClaim", "PublishedTerm", "ClaimRedirect", "PublishedPage"}
    doors = {"claims.publishing", "claims.ledger", "claims.transparency"}
    wrong = []
    for path in CODE:
        if dotted(path) in doors or dotted(path).startswith("tests"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                names = {n.id for n in ast.walk(node.func) if isinstance(n, ast.Name)}
                if node.func.attr in writes and names & record:
                    wrong.append((dotted(path), node.lineno))
    assert wrong == []


def test_only_the_door_and_the_operator_write_by_the_ledger():
    users = {module for module, name in EDGES if inside(name, "claims.ledger")}
    users = {module for module in users if not module.startswith("tests")}
    operator = {"claims.restoring", "claims.management.commands.rebuild_record"}
    assert users == {"claims.publishing"} | operator


def test_only_the_ledger_writes_the_index():
    users = {module for module, name in EDGES if inside(name, "claims.search.index")}
    users = {module for module in users if not module.startswith("tests")}
    measured_and_undone = {"claims.search.trial"}  # for evaluate_match and train_match
    of_others = {"claims.search.reviews"}  # in tables of its own
    assert users == {"claims.ledger"} | of_others | measured_and_undone


def test_there_are_no_signal_receivers():
    wrong = [
        edge
        for edge in EDGES
        if edge[1].startswith(("django.db.models.signals", "django.dispatch"))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("kinds", "limit"),
    [((ast.FunctionDef, ast.AsyncFunctionDef), 40), ((ast.ClassDef,), 250)],
    ids=["functions", "classes"],
)
def test_nothing_grows_past_its_budget(kinds, limit):
    too_long = [
        f"{dotted(path)}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, kinds) and node.end_lineno - node.lineno + 1 > limit
    ]
    assert too_long == []


def test_no_file_grows_past_400_lines():
    kinds = {".py", ".html", ".css", ".js"}
    files = [
        path
        for folder in ("factcheck", "sources", "claims", "tests", "templates", "static")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in kinds and not {"migrations", "node_modules"} & set(path.parts)
    ]
    too_long = {
        str(path.relative_to(ROOT)): lines
        for path in files
        if (lines := path.read_text().count("\n")) > 400
    }
    assert too_long == {}
