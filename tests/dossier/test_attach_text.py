"""The article's text: private, checked by its hash; each quote at its exact place or flagged."""

import hashlib
import io

import pytest
from django.core.management import CommandError, call_command

from claims.dossier import load, plain_yaml, reading
from claims.models import Appearance
from sources import capture
from sources.models import Snapshot, Source

from .sample import TEXT, sample

SLUG = "northgate-article"


pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def article(author):
    def make(**changes):
        data = sample()
        data["sources"][2].update(changes)
        load.load(reading.parse(plain_yaml.write(data), name="f.yaml"), author=author)
        return Source.objects.get(slug=SLUG)

    return make


def attach(file, slug=SLUG):
    out, err = io.StringIO(), io.StringIO()
    call_command("attach_text", slug, str(file), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def place(slug):
    return Appearance.objects.get(claim__slug=slug)


def test_quotes_are_found_at_their_exact_place(article, file, store):
    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    article(text_sha256=digest)
    out, err = attach(file)
    assert "2 quotes found at their exact place" in out
    assert err == ""
    snapshot = Snapshot.objects.get()
    assert (snapshot.sha256, snapshot.text, snapshot.method) == (digest, TEXT, "uploaded")
    assert (store / digest[:2] / digest).read_bytes() == TEXT.encode()
    row = place("bridge-cost")
    assert TEXT[row.start : row.end] == "cost “90 million”"
    assert row.prefix.endswith("The new bridge ")
    assert row.suffix.startswith(", says the mayor.\nEverybody")
    assert (len(row.prefix), len(row.suffix)) == (32, 32)
    assert row.snapshot == snapshot


def test_a_second_time_changes_nothing(article, file):
    article()
    attach(file)
    before = place("bridge-cost").start
    attach(file)
    assert Snapshot.objects.count() == 1
    assert place("bridge-cost").start == before


def test_another_text_than_the_one_checked_is_refused(article, file):
    article(text_sha256="0" * 64)
    with pytest.raises(CommandError, match="this is not the text whose claims were checked"):
        attach(file)
    assert Snapshot.objects.count() == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Nothing of the kind.", "does not occur in the text"),
        (TEXT + TEXT, "occurs 2 times in the text"),
    ],
)
def test_quotes_that_do_not_occur_once_are_reported_and_not_guessed(article, file, text, said):
    article()
    file.write_text(text, encoding="utf-8")
    out, err = attach(file)
    assert "0 quotes found" in out
    assert f'bridge-cost: “cost "90 million"” {said}' in err
    assert "2 quotes need a person." in err
    assert (place("bridge-cost").start, place("bridge-cost").snapshot) == (None, None)


def test_a_place_found_in_an_earlier_text_does_not_move_by_itself(article, file):
    article()
    attach(file)
    first = place("bridge-cost")
    file.write_text("The mayor took it back.", encoding="utf-8")
    attach(file)
    assert place("bridge-cost").snapshot_id == first.snapshot_id
    assert place("bridge-cost").start == first.start


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"", "is empty"),
        (b"a\0b", "has a NUL character in it"),
    ],
)
def test_what_is_no_text_is_refused(article, file, content, reason):
    article()
    file.write_bytes(content)
    with pytest.raises(CommandError, match=reason):
        attach(file)


def test_the_article_and_the_file_must_exist(article, file, tmp_path):
    with pytest.raises(CommandError, match="There is no source 'northgate-articel'"):
        attach(file, "northgate-articel")
    article()
    with pytest.raises(CommandError, match="no such file"):
        attach(tmp_path / "missing")
    with pytest.raises(CommandError, match="is not a file"):
        attach(tmp_path)


def test_bytes_that_were_cut_short_are_stored_again(article, file, store):
    source = article()
    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    (store / digest[:2]).mkdir(parents=True)
    (store / digest[:2] / digest).write_bytes(b"The North")
    attach(file)
    assert capture.content(source.snapshots.get()) == TEXT.encode()
