"""What bytes are: the kind of file by its first bytes, a text's characters by several witnesses."""

import codecs
import re

try:
    from charset_normalizer import from_bytes
except ImportError:  # without requirements-capture.txt: what is not declared stays unread
    from_bytes = None

HTML, PDF, TEXT = "text/html", "application/pdf", "text/plain"
WARC, WACZ = "application/warc", "application/wacz"
UNKNOWN = "application/octet-stream"
PLAIN = {"application/json", "application/xml"}  # texts too, though they are called otherwise

MAGIC = [
    (re.compile(rb"[\s\0]{0,1024}%PDF-"), PDF),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"WARC/\d\.\d\r?\n"), WARC),
    (re.compile(rb"PK\x03\x04"), "application/zip"),
    (re.compile(rb"\x1f\x8b"), "application/gzip"),
    (re.compile(rb"\x7fELF|MZ|\xd0\xcf\x11\xe0|Rar!|7z\xbc\xaf"), UNKNOWN),
]
MARKUP = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|meta|script)\b",
    re.IGNORECASE | re.DOTALL,
)
BOMS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
DECLARED = re.compile(
    rb"""<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.I
)
# What browsers take these names for (WHATWG Encoding), where Python is more exact than the web.
ON_THE_WEB = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030",
    "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs",
    "tis-620": "cp874", "iso8859-11": "cp874", "utf-16": "utf-16-le",
}  # fmt: skip
NOT_IN_TEXTS = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f]")
LOOKED_AT = 65_536


def media_type(data, declared=""):
    """What the bytes are; where they do not tell, what was declared of them."""
    declared = declared.partition(";")[0].strip().lower()
    for pattern, found in MAGIC:
        if pattern.match(data):
            return _inside(found, data, declared)
    if MARKUP.match(_narrow(data[:4096])):
        return HTML
    if declared in {HTML, "application/xhtml+xml"}:
        return HTML
    if declared.startswith("text/") or declared in PLAIN:
        return declared
    if declared in {"", UNKNOWN, "binary/octet-stream"} and _is_text(data[:LOOKED_AT]):
        return TEXT
    # A picture or a PDF would have said so.
    is_false = declared in {"", PDF, WARC, WACZ} or declared.startswith("image/")
    return UNKNOWN if is_false else declared


def _inside(found, data, declared):
    if found == "application/zip" and b"datapackage.json" in data:
        return WACZ
    if found == "application/gzip" and "warc" in declared:
        return WARC
    return found


def _narrow(data):
    """Markup of two bytes a character, as far as it is ASCII."""
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data[2:].replace(b"\0", b"") if is_wide else data.removeprefix(codecs.BOM_UTF8)


def _is_text(data):
    text, _charset = decoded(data)
    return text is not None and not NOT_IN_TEXTS.search(text)


def decoded(data, declared=""):
    """`(text, charset)` of the bytes of a text; `(None, "")` where nobody can tell its characters.

    A mark at the beginning counts most. Then what the server declares, the page itself, and UTF-8
    are tried in turn, each only if every byte fits; what is valid UTF-8 is never taken for one of
    the charsets that any bytes fit. At last a detector guesses.
    """
    for bom, charset in BOMS:
        if data.startswith(bom):
            return data.decode(charset, errors="replace").removeprefix("\ufeff"), charset
    inside = DECLARED.search(data[:4096])
    said = [_known(declared), _known(inside[1].decode("latin-1") if inside else "")]
    fitting = [charset for charset in said if charset and not _fits_anything(charset)]
    for charset in [*fitting, "utf-8", *said]:
        if charset:
            try:
                return data.decode(charset), charset
            except (UnicodeError, LookupError):
                continue
    return _guessed(data)


def _known(name):
    try:
        name = codecs.lookup(name.strip("\"' ")).name
        "".encode(name)  # some codecs are not of characters
    except (LookupError, ValueError):
        return ""
    return ON_THE_WEB.get(name, name)


def _fits_anything(charset):
    """Has a character for nearly each byte: any bytes would be a text in it."""
    return charset.startswith(("cp12", "iso8859", "koi8", "mac", "latin", "cp874"))


def _guessed(data):
    found = from_bytes(data[:LOOKED_AT]).best() if from_bytes else None
    if found is None:
        return None, ""
    charset = ON_THE_WEB.get(found.encoding, found.encoding)
    try:
        return data.decode(charset), charset
    except UnicodeError:
        return None, ""
