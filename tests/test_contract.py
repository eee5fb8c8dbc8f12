"""The API and its description agree: schemathesis asks what it allows, and what it does not.

Few questions an operation here; `make contract` asks five hundred, of the whole first article.
"""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from claims.dossier import load, reading

from .dossier.test_emad_mostaque import FILE
from .test_api_examples import one_claim  # noqa: F401

EXAMPLES = int(os.environ.get("EXAMPLES", "0"))


@pytest.fixture
def article(request):
    if not EXAMPLES:
        return request.getfixturevalue("one_claim")
    people = {name: request.getfixturevalue(name) for name in ("author", "reviewer")}
    return load.load(reading.read(FILE), publish=True, **people)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_api_keeps_to_its_description(article, live_server, tmp_path):
    command = [sys.executable, "-m", "schemathesis.cli", "run", "--no-color", "--checks", "all"]
    command += ["--continue-on-failure", "--request-timeout", "60", "--url", live_server.url]
    command += ["--max-examples", str(EXAMPLES or 5)]
    command += [] if EXAMPLES else ["--phases", "fuzzing", "--generation-deterministic"]
    hooks = {"SCHEMATHESIS_HOOKS": "tests.contract", "PYTHONPATH": str(settings.BASE_DIR)}
    done = subprocess.run(
        [*command, f"{live_server.url}/api/v1/schema/"],
        cwd=tmp_path,
        env=os.environ | hooks,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    print(done.stdout)
