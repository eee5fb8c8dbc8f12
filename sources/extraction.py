"""The text of a file and what it says of itself. A program of its own, run by sources.reading.

What it reads may be made to break it: so it has no database, no settings and little memory, and
whoever runs it outlives it. It gets a line of JSON and the bytes, and answers with JSON.
"""

import io
import json
import logging
import re
import sys
import zipfile
from urllib.parse import urljoin

from sources.sniffing import HTML, PDF, TEXT, WACZ, WARC, decoded, media_type

try:
    import resource
except ImportError:  # Windows: the clock alone limits it there
    resource = None
try:
    import pypdf
    import trafilatura
    from lxml import html as markup
    from warcio.archiveiterator import ArchiveIterator
except ImportError as error:
    missing = error.name
else:
    missing = ""

MEMORY = 110_000_000  # bytes beyond what the libraries themselves take
SECONDS = 20
PAGES = 3000  # of a PDF
LONGEST = 3_000_000  # characters
LARGEST_PAGE = 4_000_000  # bytes of HTML, whose tree takes many times as much
INSIDE = 30_000_000  # bytes of one record of an archive
RECORDS = 20_000
WITHOUT_LIBRARIES = "To read texts out, install requirements-capture.txt ({} is missing)."
LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_]([A-Z][a-z]{3}))?(?:[-_]([A-Za-z]{2}))?", re.IGNORECASE)


class NoText(Exception):
    """Why there is none, in words for editors."""


def extract(data, kind, *, charset="", url=""):
    """`(text, says)`. Raises NoText."""
    if kind == PDF:
        return _of_pdf(data)
    if kind in {WARC, WACZ}:
        return _of_archive(data, kind, url)
    if kind != HTML and not kind.startswith("text/") and kind not in {
        "application/json", "application/xml",
    }:  # fmt: skip
        raise NoText("There is no text in files of this kind.")
    if kind == HTML and len(data) > LARGEST_PAGE:
        raise MemoryError
    text, charset = decoded(data, charset)
    if text is None:
        raise NoText("Nobody can tell in which characters it is written.")
    if kind != HTML:
        return text, {"charset": charset}
    return _of_page(text, url, charset)


def _of_page(text, url, charset):
    _require()
    try:
        found = trafilatura.bare_extraction(
            text, url=url or None, favor_recall=True, include_comments=False, with_metadata=True
        )
        tree = markup.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except (ValueError, markup.etree.LxmlError) as error:
        raise NoText(f"It cannot be read as a page: {error}") from None
    says = {
        "title": (found.title if found else "") or "".join(tree.xpath("//title[1]//text()")),
        "authors": [name.strip() for name in ((found and found.author) or "").split(";")],
        "published": (found and found.date) or "",
        "language": _language(tree),
        "canonical": _canonical(tree, url),
        "charset": charset,
    }
    main = (found and found.text) or ""
    return main or _all_of(tree), says


def _canonical(tree, url):
    found = tree.xpath("//link[@rel='canonical']/@href")
    try:
        return urljoin(url, found[0].strip()) if found else ""
    except ValueError:
        return ""


def _all_of(tree):
    """Where no main text is found, every word that can be seen."""
    for node in tree.xpath("//script|//style|//noscript|//template|//head"):
        node.drop_tree()
    lines = (re.sub(r"\s+", " ", line).strip() for line in tree.itertext())
    return "\n".join(line for line in lines if line)


def _language(tree):
    declared = tree.xpath("/html/@lang|//meta[@property='og:locale']/@content")
    found = LANGUAGE.match(declared[0]) if declared else None
    if not found:
        return ""
    language, script, region = (part or "" for part in found.groups())
    if language.lower() == "zh":  # by its writing, where a region stands for it
        tw = region.upper() in {"TW", "HK", "MO"}
        return f"zh-{script.title()}" if script else "zh-Hant" if tw else "zh-Hans"
    return language.lower()


def _of_pdf(data):
    _require()
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise NoText("It is locked with a password.")
        pages = [page.extract_text() for page in reader.pages[:PAGES]]
        facts = reader.metadata
    except (pypdf.errors.PyPdfError, ValueError, KeyError, TypeError, AttributeError,
            IndexError, RecursionError, OSError) as error:  # fmt: skip
        raise NoText(f"It cannot be read as a PDF: {error}") from None
    says = {
        "title": str((facts and facts.title) or ""),
        "authors": [str((facts and facts.author) or "")],
        "pages": len(reader.pages),
    }
    text = "\n\n".join(pages).strip()
    if not text:
        raise NoText("Its pages are pictures: there is no text in them.")
    return text, says


def _of_archive(data, kind, url):
    """What the address answered when the archive was made; else the archive's first page."""
    _require()
    first = None
    for target, inner, charset in _pages_in(data, kind):
        if target.rstrip("/") == url.rstrip("/"):
            return extract(*inner, charset=charset, url=target)
        first = first or (target, inner, charset)
    if first is None:
        raise NoText("There is no page in this archive.")
    target, inner, charset = first
    return extract(*inner, charset=charset, url=target)


def _pages_in(data, kind):
    for stream in _streams(data, kind):
        try:
            for number, record in enumerate(ArchiveIterator(stream)):
                if number > RECORDS:
                    raise NoText("There are too many records in this archive.")
                if record.rec_type != "response" or record.http_headers is None:
                    continue
                if not record.http_headers.get_statuscode().startswith("2"):
                    continue
                declared = record.http_headers.get_header("Content-Type") or ""
                if not declared.startswith((HTML, PDF, TEXT, "application/xhtml")):
                    continue
                body = record.content_stream().read(INSIDE)
                charset = declared.partition("charset=")[2].strip("\"' ;")
                target = record.rec_headers.get_header("WARC-Target-URI") or ""
                yield target, (body, media_type(body, declared)), charset
        except NoText:
            raise
        except Exception as error:
            # Whatever a made-up archive does to the library, it is no archive to us.
            raise NoText(f"It cannot be read as an archive: {error}") from None


def _streams(data, kind):
    if kind == WARC:
        yield io.BytesIO(data)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                if re.fullmatch(r"archive/[^/]+\.warc(\.gz)?", name):
                    with archive.open(name) as stream:
                        yield io.BytesIO(stream.read(INSIDE * 2))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise NoText(f"It cannot be read as an archive: {error}") from None


def _require():
    if missing:
        raise NoText(WITHOUT_LIBRARIES.format(missing))


def _limit():
    """After the libraries are there: what is read now, is read within limits."""
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    for kind, most in [
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_DATA, used + MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ]:
        resource.setrlimit(kind, (most, most))


def _clean(value):
    """Fit for the database: no NUL, no half characters."""
    text = value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
    return text.replace("\0", "\ufffd") if isinstance(text, str) else text


def main():
    logging.disable()
    asked = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    _limit()
    answer = {"text": "", "says": {}, "note": ""}
    try:
        text, says = extract(data, **asked)
        answer["text"] = _clean(text[:LONGEST])
        answer["says"] = {
            name: [_clean(v)[:200] for v in value if v][:20] if isinstance(value, list)
            else _clean(value)[:1000] if isinstance(value, str) else value
            for name, value in says.items() if value
        }  # fmt: skip
        if len(text) > LONGEST:
            answer["note"] = f"Only the first {LONGEST:,} characters were read."
        elif not text.strip():
            answer["note"] = "There is no text in it."
    except NoText as reason:
        answer["note"] = _clean(str(reason))[:300]
    except (MemoryError, RecursionError):
        answer["note"] = "It takes more memory than there is to read its text out."
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
