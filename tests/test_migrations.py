"""A migration is history: it goes both ways, with rows in every table, triggers and first data."""

import pytest
from django.core.management import call_command

from claims.models import Rating

from .admin_rows import Rows


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_migrations_go_back_to_nothing_and_up_again():
    Rows().add(0)
    try:
        call_command("migrate", "claims", "zero", verbosity=0)
        call_command("migrate", "sources", "zero", verbosity=0)
    finally:
        call_command("migrate", verbosity=0)
    assert Rating.objects.count() == 8
