"""Lists and forms of the admin cost the same number of queries, however many rows there are."""

import os

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.models import Edition, MatchDecision, PublishedLink
from sources.history import Event
from sources.watches import Archive, Watch

from .admin_rows import MODELS, Rows

FEW, MANY = 5, int(os.environ.get("ROWS", "20"))  # `make growth` takes a thousand
VIEWS = ["changelist", "change", "history"]


def address(model, view, row):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}"
    return reverse(name, args=[] if view == "changelist" else [row.pk])


def queries(client, page):
    with CaptureQueriesContext(connection) as context:
        response = client.get(page)
    assert response.status_code == 200, page
    return [query["sql"] for query in context.captured_queries]


def test_no_page_asks_more_when_there_is_more(admin_client, subtests):
    """Five of everything, then twenty: lists of twenty rows, forms with twenty parts.

    One test, because twenty of everything take a while to make, and a thousand some minutes.
    """
    rows = Rows()
    pages = {}
    for n in range(FEW):
        rows.add(n)
    for model in MODELS:
        pages |= {(model, view): address(model, view, rows.first(model)) for view in VIEWS}
    for page in pages.values():
        admin_client.get(page)
    few = {key: queries(admin_client, page) for key, page in pages.items()}
    for n in range(FEW, MANY):
        rows.add(n)
    for (model, view), page in pages.items():
        with subtests.test(model=model._meta.model_name, view=view):
            many = queries(admin_client, page)
            more = sorted(set(many) - set(few[model, view]))
            assert len(many) == len(few[model, view]), "\n".join(more)


def test_every_model_is_in_the_admin_or_an_inline_of_one_that_is():
    registered = admin.site._registry
    edited = set(registered) | {
        inline.model for model_admin in registered.values() for inline in model_admin.inlines
    }
    ours = {
        model
        for app in ("sources", "claims")
        for model in apps.get_app_config(app).get_models()
        if not (issubclass(model, Event) or model._meta.proxy)  # shown by history pages
        and model.__module__ != "claims.models.index"  # nothing in it is for people
    }
    # The worker's, which sources show, the name of the record as it is, and a log for export.
    ours -= {Watch, Archive, PublishedLink, Edition, MatchDecision}
    assert ours <= edited
    assert set(registered) == set(MODELS)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_an_empty_list_is_a_page(admin_client, model):
    assert admin_client.get(address(model, "changelist", None)).status_code == 200
