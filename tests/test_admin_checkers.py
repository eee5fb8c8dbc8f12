"""Other fact-checkers and their labels, as editors keep them."""

import pytest

from claims.models import Checker, ExternalReview, RatingLabel

from . import desk
from .admin_forms import data_of

pytestmark = pytest.mark.django_db

CHECKERS = "/admin/claims/checker/"
LABELS = "/admin/claims/ratinglabel/"
REPORT = f"{LABELS}unmapped/"


@pytest.fixture
def editor(client):
    client.force_login(desk.make_user("ed", role="editor"))
    return client


def sent(shown):
    """What a browser sends of the report."""
    formset = shown.context["formset"]
    typed = {f"form-{name}": value for name, value in formset.management_form.initial.items()}
    return typed | {
        f"{form.prefix}-{name}": value for form in formset for name, value in form.initial.items()
    }


def review(n, label, **fields):
    fields = {"normalized": "other", "language": "en", "rating_label": label} | fields
    return desk.make_external_review(n, **fields)


@pytest.mark.parametrize(
    ("action", "standing"), [("trust", "trusted"), ("hide", "hidden"), ("list_as_any", "listed")]
)
def test_whole_publishers_are_trusted_or_hidden(editor, action, standing):
    Checker.objects.create(site="other.example", name="Other", standing="trusted")
    row = Checker.objects.create(
        site="example.net", name="Them", standing="hidden" if action != "hide" else "listed"
    )
    desk.make_external_review()
    typed = {"action": action, "_selected_action": [row.pk]}
    shown = editor.post(CHECKERS, typed, follow=True).content.decode()
    row.refresh_from_db()
    assert row.standing == standing
    assert "?publisher_site=example.net" in shown
    assert row.pgh_event_model.objects.filter(id=row.pk, standing=standing).exists()
    assert Checker.objects.get(site="other.example").standing == "trusted"


def test_who_only_writes_claims_hides_nobody(client):
    row = Checker.objects.create(site="example.net", name="Them")
    client.force_login(desk.make_user("con", role="contributor"))
    typed = {"action": "hide", "_selected_action": [row.pk]}
    assert client.post(CHECKERS, typed).status_code == 403
    assert client.get(REPORT).status_code == 403


def test_a_site_is_written_as_a_host(editor):
    typed = data_of(editor.get(f"{CHECKERS}add/"))
    typed |= {"site": "https://x.example/", "name": "X", "standing": "listed"}
    response = editor.post(f"{CHECKERS}add/", typed)
    assert "Write the host alone" in response.content.decode()
    assert editor.post(f"{CHECKERS}add/", typed | {"site": "WWW.X.example"}).status_code == 302
    assert Checker.objects.get().site == "x.example"


def test_reviews_follow_the_table_of_labels(editor):
    rows = [review(0, "Sort of."), review(1, "SORT OF", language="fr"), review(2, "Else")]

    def normalized():
        return [ExternalReview.objects.get(pk=row.pk).normalized for row in rows]

    def save(address, **typed):
        form = data_of(editor.get(address))
        assert editor.post(address, form | typed).status_code == 302

    save(f"{LABELS}add/", label="Sort of", language="en", normalized="mixed")
    row = RatingLabel.objects.latest("pk")
    assert normalized() == ["mixed", "mixed", "other"]  # nobody says otherwise in French
    save(f"{LABELS}{row.pk}/change/", label="Sort of", language="en", normalized="false")
    assert normalized() == ["false", "false", "other"]
    save(f"{LABELS}{row.pk}/change/", label="Else", language="en", normalized="true")
    assert normalized() == ["other", "other", "true"]
    editor.post(f"{LABELS}{row.pk}/delete/", {"post": "yes"})
    assert normalized() == ["other", "other", "other"]


def test_the_same_label_in_the_same_language_is_refused(editor):
    RatingLabel.objects.create(label="False", language="en", normalized="false")
    typed = data_of(editor.get(f"{LABELS}add/"))
    typed |= {"label": "FALSE!", "language": "en", "normalized": "true"}
    response = editor.post(f"{LABELS}add/", typed)
    assert response.status_code == 200
    assert "in the table already" in response.content.decode()


def test_labels_nobody_knows_are_told_by_number_and_entered_at_once(editor):
    RatingLabel.objects.create(label="False", language="en", normalized="false")
    for n, label in enumerate(["Sort of", "Sort of!", "Bof", "False", "<b>?</b>"]):
        review(n, label, language="und" if label == "Bof" else "en")
    shown = editor.get(REPORT)
    html = shown.content.decode()
    assert html.index("Sort of") < html.index("Bof")
    assert "&lt;b&gt;?&lt;/b&gt;" in html
    assert "“False”" not in html
    typed = sent(shown)
    named = {typed[f"form-{n}-label"]: n for n in range(3)}
    typed[f"form-{named['Sort of']}-normalized"] = "mixed"
    typed[f"form-{named['Bof']}-normalized"] = "false"
    assert "3 reviews follow" in editor.post(REPORT, typed, follow=True).content.decode()
    entered = RatingLabel.objects.order_by("-pk").values_list("label", "language", "normalized")
    assert set(entered[:2]) == {("Sort of", "en", "mixed"), ("Bof", "", "false")}
    assert "Sort of" not in editor.get(REPORT).content.decode()


@pytest.mark.parametrize(
    "typed", [{}, {"form-0-normalized": "nonsense"}, {"form-TOTAL_FORMS": "x"}]
)
def test_a_report_that_was_tampered_with_is_no_error_of_ours(editor, typed):
    review(0, "Sort of")
    typed = (sent(editor.get(REPORT)) | typed) if typed else {}
    assert editor.post(REPORT, typed).status_code == 200
    assert not RatingLabel.objects.filter(key="sort of").exists()
