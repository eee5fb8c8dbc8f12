"""What was asked and what was answered as a WARC file (ISO 28500), which archives can replay."""

import io
from urllib.parse import urlsplit

try:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter
except ImportError:  # without requirements-capture.txt
    WARCWriter = None

# The body is kept without the pieces it came in.
NOT_KEPT = {"transfer-encoding"}


def write(hops, at):
    """The compressed file of these answers; nothing where the library is missing."""
    if WARCWriter is None:
        return b""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    date = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    info = {"software": "Factcheck", "format": "WARC File Format 1.1"}
    writer.write_record(writer.create_warcinfo_record("evidence.warc.gz", info))
    for hop in hops:
        writer.write_request_response_pair(*_records(writer, hop, date))
    return out.getvalue()


def _records(writer, hop, date):
    headers = [pair for pair in hop.headers if pair[0].lower() not in NOT_KEPT]
    facts = {"WARC-Date": date}
    if hop.ip:
        facts["WARC-IP-Address"] = hop.ip
    truncated = {} if hop.raw or not hop.header("location") else {"WARC-Truncated": "unspecified"}
    response = writer.create_warc_record(
        hop.url,
        "response",
        payload=io.BytesIO(hop.raw),
        length=len(hop.raw),
        http_headers=StatusAndHeaders(f"{hop.status} {hop.reason}", headers, "HTTP/1.1"),
        warc_headers_dict=facts | truncated,
    )
    parts = urlsplit(hop.url)
    target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    request = writer.create_warc_record(
        hop.url,
        "request",
        http_headers=StatusAndHeaders(f"GET {target} HTTP/1.1", hop.sent, is_http_request=True),
        warc_headers_dict=dict(facts),
    )
    return request, response
