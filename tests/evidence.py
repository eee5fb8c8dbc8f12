"""Made-up pages as sources have them, each with the state that a visit must end in."""

import gzip
import io

import pypdf
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from .hostile import BOMB, answer, endless, packed, redirect

WORDS = "The bridge cost 41 million, the county auditors wrote in their report of May 2024. "
CHINESE = "大桥造价为四千一百万元，县审计署在二〇二四年五月的报告里这样写道。"


def article(title="The bridge of Northgate", words=WORDS * 6, charset="utf-8", meta=True):
    declared = f'<meta charset="{charset}">' if meta else ""
    return (
        f"<!doctype html><html lang=en><head>{declared}<title>{title}</title>"
        '<meta name=author content="Jo Roe; Ann Lee"><link rel=canonical href="/true">'
        '<meta property="article:published_time" content="2024-05-06"></head>'
        f"<body><nav>Menu</nav><article><h1>{title}</h1><p>{words}</p></article></body></html>"
    )


def page(*args, **kwargs):
    return answer(article(*args, **kwargs).encode(), type="text/html")


def pdf(words="The bridge cost 41 million."):
    writer = pypdf.PdfWriter()
    sheet = writer.add_blank_page(300, 300)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
    sheet[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 12 Tf 20 200 Td ({words}) Tj ET".encode())
    sheet[NameObject("/Contents")] = writer._add_object(stream)
    writer.add_metadata({"/Title": "Report of the auditors", "/Author": "Ann Lee"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def text(words=WORDS, charset="utf-8", declared=None):
    declared = charset if declared is None else declared
    return answer(words.encode(charset), type=f"text/plain; charset={declared}")


# Name: (what it answers, the state of the link, words that its text has; None for no copy at all).
PAGES = {
    "article": (page(), "ok", "county auditors"),
    "text": (text(), "ok", "41 million"),
    "pdf": (answer(pdf(), type="application/pdf"), "ok", "41 million"),
    "pdf-called-page": (answer(pdf(), type="text/html"), "ok", "41 million"),
    "gb18030": (text(CHINESE, "gb18030"), "ok", "四千一百万元"),
    "gb18030-called-gb2312": (text(CHINESE, "gb18030", "gb2312"), "ok", "四千一百万元"),
    "gb18030-called-utf-8": (text(CHINESE * 9, "gb18030", "utf-8"), "ok", "四千一百万元"),
    "utf-16": (text(CHINESE, "utf-16", ""), "ok", "四千一百万元"),
    "utf-8-called-latin-1": (text(CHINESE, "utf-8", "iso-8859-1"), "ok", "四千一百万元"),
    "packed": (packed(article().encode(), "gzip"), "ok", "county auditors"),
    "moved": (redirect("/text", 301), "redirected", "41 million"),
    "picture": (answer(b"\x89PNG\r\n\x1a\n" + b"x" * 99, type="image/png"), "ok", ""),
    "dead": (answer(b"Gone", status=410), "dead", None),
    "missing": (answer(b"No", status=404), "dead", None),
    "soft-404": (page("404 – Page not found", "Try the search."), "soft-404", None),
    "soft-404-zh": (page("页面不存在", "返回首页"), "soft-404", None),
    "home": (redirect("/"), "soft-404", None),
    "about-not-found": (page("Not found: the lost bridges", WORDS * 40), "ok", "41 million"),
    "wall": (answer(b"Robots?", status=403), "blocked", None),
    "busy": (answer(b"Slow down", status=429), "blocked", None),
    "broken": (answer(b"Oops", status=500), "unknown", None),
    "bomb": (packed(BOMB, "gzip"), "ok", None),
    "huge": (endless(b"HTTP/1.1 200 OK\r\n\r\n"), "ok", None),
    "liar": (answer(b"short", length=999), "unknown", None),
    "loop": (redirect("/loop"), "unknown", None),
    "private": (redirect("http://10.0.0.1/"), "unknown", None),
    "deep": (redirect("/deeper/0"), "unknown", None),
    "slow": (endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x", 0.05), "unknown", None),
    "nested": (answer(b"<p>" + b"<div>" * 60_000, type="text/html"), "ok", ""),
    "broken-pdf": (answer(b"%PDF-1.7\n" + b"\xff" * 999, type="application/pdf"), "ok", ""),
    "warc": (answer(gzip.compress(b"WARC/1.0\r\n", mtime=0), type="application/warc"), "ok", ""),
}  # fmt: skip
