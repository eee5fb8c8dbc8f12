import json
from pathlib import Path

import jsonschema
from django.db import connection
from django.test.utils import CaptureQueriesContext

SCHEMA = json.loads(
    (Path(__file__).resolve().parent.parent / "docs" / "claim.schema.json").read_text()
)


def count_queries(call):
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)


def assert_queries_do_not_grow(call, make_more):
    """The same call costs the same number of queries on more data; returns that number."""
    call()
    before = count_queries(call)
    make_more()
    after = count_queries(call)
    assert after == before, f"{before} queries became {after}"
    return before


def document_of(revision):
    """A revision's document, which must have the shape that docs/claim.schema.json promises."""
    document = json.loads(bytes(revision.document))
    jsonschema.validate(document, SCHEMA)
    return document
