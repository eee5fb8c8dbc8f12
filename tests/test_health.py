"""Whoever watches the process gets an answer, by whatever name and protocol it asks."""

from types import SimpleNamespace

import pytest
from django.db import Error
from django.test import override_settings

ELSEWHERE = {"ALLOWED_HOSTS": ["facts.example.org"], "SECURE_SSL_REDIRECT": True}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_whatever_the_sites_name_is(client, db, path):
    with override_settings(**ELSEWHERE):
        response = client.get(path, headers={"host": "127.0.0.1:8000"})
        assert (response.status_code, response.content) == (200, b"ok\n")
        assert "no-store" in response["Cache-Control"]
        assert client.get("/", headers={"host": "127.0.0.1:8000"}).status_code == 400
    assert client.post(path).status_code == 405


def test_no_readers_are_sent_where_the_database_is_silent(client, db, monkeypatch):
    def refuse():
        raise Error("gone")

    monkeypatch.setattr("factcheck.health.connection", SimpleNamespace(cursor=refuse))
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
