"""`make lint` asks PyPI for known weaknesses of what is pinned; where it cannot, it says so."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LISTS = ["requirements-dev.txt", "requirements-match.txt"]  # with all that they take in
PATIENCE = 120  # seconds


def main():
    command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    command += [part for name in LISTS for part in ("--requirement", name)]
    try:
        done = subprocess.run(
            command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=PATIENCE
        )
        report = done.stdout
    except subprocess.TimeoutExpired:
        report = ""
    code, said = verdict(report)
    print(said)
    return code


def verdict(report):
    """`(exit code, sentence)` for what pip-audit wrote: nothing at all where nobody answered it."""
    try:
        found = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return 0, "pip-audit: nobody could be asked, so no requirement was audited."
    weak = [(row, known) for row in found for known in row.get("vulns", ())]
    if weak:
        lines = [
            f"{row['name']} {row['version']}: {known['id']}, "
            f"mended in {', '.join(known['fix_versions']) or 'no version yet'}"
            for row, known in weak
        ]
        return 1, "\n".join(["pip-audit: weaknesses are known of", *lines])
    passed_over = [row["name"] for row in found if "skip_reason" in row]
    if len(passed_over) == len(found):
        return 0, "pip-audit: this index tells of no weaknesses, so no requirement was audited."
    if passed_over:
        return 0, f"pip-audit: no weakness is known, but nothing of {', '.join(passed_over)}."
    return 0, f"pip-audit: no weakness is known of {len(found)} requirements."


if __name__ == "__main__":
    sys.exit(main())
