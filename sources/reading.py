"""A file's text and what it says of itself, read by a process that may die of it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _

from . import sniffing

READABLE = {sniffing.HTML, sniffing.PDF, sniffing.WARC, sniffing.WACZ}
LONGEST = 3_000_000  # characters
SECONDS = 30  # the process has 20 of the machine's; this is for one that waits
ROOT = Path(__file__).resolve().parent.parent


class Reading(NamedTuple):
    text: str = ""
    says: dict = {}  # title, authors, published, language, canonical, charset, pages
    note: str = ""  # why there is no text, or not all of it


def read(data, media_type, *, charset="", url=""):
    """The reading of a file. Without a text it says why; it never raises for what it reads."""
    if media_type in sniffing.PLAIN or (
        media_type.startswith("text/") and media_type != sniffing.HTML
    ):
        text, found = sniffing.decoded(data, charset)
        if text is not None:
            return Reading(text.replace("\0", "\ufffd")[:LONGEST], {"charset": found})
    if media_type not in READABLE:
        return Reading(note=_("There is no text in files of this kind."))
    asked = json.dumps({"kind": media_type, "charset": charset, "url": url})
    try:
        done = subprocess.run(
            [sys.executable, "-m", "sources.extraction"],
            input=f"{asked}\n".encode() + data,
            capture_output=True,
            timeout=SECONDS,
            cwd=ROOT,
            env={"PATH": "", "PYTHONIOENCODING": "utf-8"},
            check=False,
        )
        if done.returncode == 0:
            return Reading(**json.loads(done.stdout))
    except subprocess.TimeoutExpired:
        pass
    except ValueError:  # its words were cut off
        pass
    return Reading(note=_("It takes too long, or too much memory, to read its text out."))
