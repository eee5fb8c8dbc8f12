"""Everything that is public, as files: the page that leads to them, and the files themselves."""

from django.conf import settings
from django.http import FileResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy as _

from claims import exports
from claims.interchange import dataset, recordfile
from claims.interchange.claimreview import to_script
from claims.release import etag_of

from .reading import asked
from .responses import CACHE_CONTROL, Missing, page, respond

LATEST = "latest"
# What the files are, by their names without the endings of compression.
FILES = {
    _("The whole record"): {
        recordfile.NAME: _(
            "Every revision with its document and its place in the chain, and every version of the "
            "pages about us: all that a new installation needs."
        ),
    },
    _("Claims"): {
        "claims.jsonl": _("The documents in force, one a line, each as published."),
        "claims.csv": _("One row for each claim, for spreadsheets."),
        "texts.csv": _("One row for each claim and language: its words, our answer and reasons."),
        "evidence.csv": _("One row for each piece of evidence, with its source."),
        "appearances.csv": _("One row for each place where a claim was made."),
        "terms.csv": _("One row for each claim and each subject or topic that it names."),
        "corrections.csv": _("One row for each correction of a verdict in force."),
    },
    _("ClaimReview, for programs of the field"): {
        "datafeed.json": _("A DataFeed of schema.org, with the claims that were taken back."),
        "duke.json": _("As Duke Fact-Check Insights has it."),
        "duke.csv": _("As Duke Fact-Check Insights has it, for spreadsheets: 57 columns."),
        "claimreview.jsonld": _("One graph in JSON-LD."),
        "claimreview.nq": _("N-Quads in order, so that two of them can be compared line by line."),
    },
}
OTHERS = {
    dataset.NAME: dataset.MEDIA_TYPE,
    dataset.DCAT_NAME: dataset.MEDIA_TYPE,
    exports.MANIFEST: "application/json",
    exports.SUMS: "text/plain; charset=utf-8",
    exports.LICENSE: "text/plain; charset=utf-8",
}
ENDINGS = {".gz": "gzip", ".zst": "Zstandard"}


@page
def index(request):
    asked(request)
    made = exports.exports()
    latest = made[0] if made else None
    context = {
        "latest": latest,
        "groups": _groups(latest) if latest else [],
        "older": made[1:],
        "others": OTHERS,
        "markup": to_script(_markup(latest)) if latest else "",
    }
    return respond(request, "claims/exports.html", context, read=[_mark(one) for one in made])


@page
def file(request, export, name):
    """A file of an export. An export never changes; `latest` is another one tomorrow."""
    made = next((one for one in exports.exports() if export in (LATEST, one["name"])), None)
    listed = {row["name"]: row for row in made["files"]} if made else {}
    if name not in {**listed, **(OTHERS if made else {})}:
        raise Missing(_("There is no such file. The exports that may be had are listed."))
    row = listed.get(name)
    etag = f'"{row["sha256"]}"' if row else etag_of([name, _mark(made)])
    response = get_conditional_response(request, etag=etag)
    if response is None:
        kind = next((dataset.COMPRESSED[end] for end in ENDINGS if name.endswith(end)), None)
        path = exports.folder_of(made) / name
        response = FileResponse(path.open("rb"), content_type=kind or OTHERS[name])
    response["ETag"] = etag
    response["Cache-Control"] = CACHE_CONTROL
    response["Content-Location"] = f"/exports/{made['name']}/{name}"
    about = f"/exports/{made['name']}/{dataset.NAME}"
    links = {"license": settings.CONTENT_LICENSE, "describedby": about}
    response["Link"] = ", ".join(f'<{url}>; rel="{rel}"' for rel, url in links.items())
    return response


def _groups(made):
    by_name = {row["name"]: row for row in made["files"]}
    return [
        (
            title,
            [
                {
                    "name": name,
                    "about": about,
                    "rows": by_name[name + ".gz"]["rows"],
                    "forms": [
                        (form, name + end, by_name[name + end]["bytes"])
                        for end, form in ENDINGS.items()
                    ],
                }
                for name, about in files.items()
            ],
        )
        for title, files in FILES.items()
    ]


def _markup(made):
    base = f"{settings.SITE_URL}/exports/"
    return dataset.markup(made, folder=f"{base}{made['name']}/", page=base)


def _mark(made):
    return f"{made['name']} {made['made_at']} {made['record']['release']}"
