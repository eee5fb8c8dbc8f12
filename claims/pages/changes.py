"""What differs between two documents of a claim, in words that readers know. Pure."""

import difflib
import itertools
import re
from typing import NamedTuple

from django.utils.translation import gettext as _

from claims.choices import ClaimKind, Confidence, Stance
from claims.languages import choose, name_of
from sources.choices import LinkState

# Words of scripts that divide them; of others, single characters.
TOKEN = re.compile(r"[^\W\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]+|\s+|.", re.DOTALL)
# Past this many pairs of tokens, or when less than this is common, two texts stand one by one.
PAIRS = 2_000_000
COMMON = 0.4
# Keys that tell which revision this is and why, and those that `_said` puts into words.
ASIDE = {"format", "revision", "action", "modified_at", "corrections", "url", "license"}


class Run(NamedTuple):
    """Words that both versions have, or only one: same, gone, new."""

    kind: str
    words: str


class Change(NamedTuple):
    label: str
    of: str
    language: str  # a tag; empty for words of the page
    runs: list


class Key(NamedTuple):
    """What a text is: the short answer in English, the evidence from one source."""

    label: str
    of: str = ""
    language: str = ""


def changes(before, after):
    """What a reader of `before` must know to have read `after`, in the order of the page."""
    old, new = _by_key(before), _by_key(after)
    found = [
        Change(*key, _runs(old.get(key, ""), new.get(key, "")))
        for key in {**new, **old}
        if old.get(key) != new.get(key)
    ]
    if not found and _rest(before) != _rest(after):
        found = [Change(_("Details that no page shows"), "", "", [])]
    return found


def _by_key(document):
    """All that it says; sources of one title share a key."""
    found = {}
    for key, text in _said(document):
        found[key] = f"{found[key]}\n{text}" if key in found else text
    return found


def _rest(document):
    return {key: value for key, value in document.items() if key not in ASIDE}


def _said(document):
    """`key, text` of everything that the claim's page says."""
    yield from _by_language(_("Claim"), document.get("statement"))
    if "retraction" in document:
        yield from _by_language(_("Retracted"), document["retraction"]["reason"])
    if "verdict" in document:
        yield from _verdict(document["verdict"])
        yield from _evidence(document)
        yield from _circumstances(document)


def _by_language(label, texts):
    for tag, text in (texts or {}).items():
        yield Key(label, name_of(tag), tag), text


def _verdict(verdict):
    yield Key(_("Verdict")), _in_words(verdict["rating"]["label"])
    yield Key(_("Confidence")), str(Confidence(verdict["confidence"]).label)
    yield from _by_language(_("Short answer"), verdict["summary"])
    yield from _by_language(_("What we found"), verdict["analysis"])
    yield from _by_language(_("Note on the sources"), verdict["sourcing_note"])
    if verdict["conflict_of_interest"]:
        yield Key(_("Conflict of interest")), verdict["conflict_of_interest"]
    for contact in verdict["contacts"]:
        whom = f"{contact['whom']}, {contact['date']}"
        yield Key(_("We asked"), whom), contact["answer"] or _("no answer")


def _evidence(document):
    sources = {source["slug"]: source for source in document["sources"]}
    sides = {
        Stance.SUPPORTS: _("Evidence for"),
        Stance.REFUTES: _("Evidence against"),
        Stance.CONTEXT: _("Background"),
    }
    times = {}
    for row in document["evidence"]:
        times[row["source"]] = nth = times.get(row["source"], 0) + 1
        of = sources[row["source"]]["title"] + (f" ({nth})" if nth > 1 else "")
        quote = row["quote"] and f"“{row['quote']['exact']}”"
        said = [_in_words(row["finding"]), quote, row["locator"]]
        yield Key(_("Evidence"), of), f"{sides[row['stance']]}: " + " · ".join(filter(None, said))


def _circumstances(document):
    speaker, subject = document["claimant"]["speaker"], document["claimant"]["subject"]
    named = [_in_words(speaker), subject and _in_words(subject["name"])]
    yield Key(_("Said by")), ", ".join(filter(None, named))
    if document["claimed_on"]:
        yield Key(_("Said on")), document["claimed_on"]["date"]
    if document["about"]:
        ends = [document["about"]["from"], document["about"]["until"]]
        yield Key(_("About the time")), " – ".join(dict.fromkeys(filter(None, ends)))
    yield Key(_("Kind of check")), str(ClaimKind(document["kind"]).label)
    yield from _by_language(_("Why we checked it"), document["reason"])
    for label, key in [(_("Subjects"), "subjects"), (_("Topics"), "topics")]:
        if document[key]:
            yield Key(label), ", ".join(_in_words(term["name"]) for term in document[key])
    titles = {source["slug"]: source["title"] for source in document["sources"]}
    for place in document["appearances"]:
        section = place["section"] and _("Section %(section)s") % place
        said = [section, place["quote"] and f"“{place['quote']}”"]
        yield Key(_("Where it appeared"), titles[place["source"]]), " · ".join(filter(None, said))
    for source in document["sources"]:
        yield Key(_("Source"), source["title"]), _source(source)
    if document["absorbed"]:
        yield Key(_("Claims merged into it")), ", ".join(document["absorbed"])


def _source(source):
    day = source["published_on"] and source["published_on"]["date"]
    state = source["link_state"] == LinkState.DEAD and str(LinkState.DEAD.label)
    copies = [copy["url"] for copy in source["archived"]] + source["copies"]
    said = [source["publisher"]["name"], *source["authors"], day, source["url"], state, *copies]
    return " · ".join(filter(None, said))


def _in_words(texts):
    words = choose(texts)
    return words.text if words else ""


# --- Words beside words --------------------------------------------------------


def _runs(before, after):
    """Two texts as one: what is common, gone and new. Texts with little in common stay whole."""
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    if len(old) * len(new) > PAIRS:
        return _whole(before, after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < COMMON:
        return _whole(before, after)
    runs = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            runs.append(Run("same", "".join(old[a:b])))
        else:
            runs += _whole("".join(old[a:b]), "".join(new[c:d]))
    return _joined(runs)


def _whole(before, after):
    return [run for run in (Run("gone", before), Run("new", after)) if run.words]


def _joined(runs):
    """A lone space between two changes belongs to both: `a b` to `c d` is one change, not two."""
    bridged = []
    for place, run in enumerate(runs):
        inner = 0 < place < len(runs) - 1
        if run.kind == "same" and inner and not run.words.strip():
            bridged += [Run("gone", run.words), Run("new", run.words)]
        else:
            bridged.append(run)
    found = []
    for same, group in itertools.groupby(bridged, lambda run: run.kind == "same"):
        changed = {"gone": "", "new": ""}
        for run in group:
            if same:
                found.append(run)
            else:
                changed[run.kind] += run.words
        found += _whole(changed["gone"], changed["new"])
    return found
