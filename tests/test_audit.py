"""What `make lint` makes of pip-audit's report."""

import json

import pytest

from .audit import verdict

FINE = {"name": "django", "version": "5.2.19", "vulns": []}
UNKNOWN = {"name": "granian", "skip_reason": "Dependency not found on PyPI"}
WEAK = {
    "name": "pillow",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"], "aliases": [], "description": "Bad."}],
}


@pytest.mark.parametrize(
    ("rows", "code", "says"),
    [
        ([FINE], 0, "no weakness is known of 1 requirements"),
        ([FINE, UNKNOWN], 0, "but nothing of granian"),
        ([UNKNOWN], 0, "no requirement was audited"),
        ([], 0, "no requirement was audited"),
        ([FINE, UNKNOWN, WEAK], 1, "pillow 1.0: PYSEC-1, mended in 1.1"),
    ],
)
def test_a_weakness_fails_and_silence_is_told(rows, code, says):
    found = verdict(json.dumps({"dependencies": rows, "fixes": []}))
    assert found[0] == code
    assert says in found[1]


@pytest.mark.parametrize("report", ["", "Traceback", "{}", "null"])
def test_without_an_answer_nothing_is_claimed(report):
    assert verdict(report) == (
        0,
        "pip-audit: nobody could be asked, so no requirement was audited.",
    )
