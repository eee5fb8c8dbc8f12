"""An export described for catalogues: schema.org Dataset, and DCAT 3 (W3C) as JSON-LD."""

from .claimreview import CONTEXT, to_json

NAME, DCAT_NAME = "dataset.jsonld", "dcat.jsonld"
MEDIA_TYPE = "application/ld+json"
COMPRESSED = {".gz": "application/gzip", ".zst": "application/zstd"}
_DCAT_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_IANA = "https://www.iana.org/assignments/media-types/"


def markup(made, *, folder, page):
    """The schema.org Dataset of an export. `made` is its manifest, `folder` where its files are."""
    return {
        "@context": CONTEXT,
        "@type": "Dataset",
        "@id": f"{page}#dataset",
        "name": _name(made),
        "description": DESCRIPTION,
        "url": page,
        "license": made["license"],
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": made["site"], "url": made["origin"] + "/"},
        "dateModified": made["record"]["at"],
        "datePublished": made["made_at"],
        "version": made["name"],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": file["name"],
                "contentUrl": folder + file["name"],
                "encodingFormat": [file["media_type"], _compression(file)],
                "contentSize": f"{file['bytes']} B",
                "sha256": file["sha256"],
            }
            for file in made["files"]
        ],
    }


def dcat(made, *, folder, page):
    """The same as DCAT."""
    distributions = [
        {
            "@type": "dcat:Distribution",
            "dct:title": file["name"],
            "dcat:downloadURL": {"@id": folder + file["name"]},
            "dcat:mediaType": {"@id": _IANA + file["media_type"]},
            "dcat:compressFormat": {"@id": _IANA + _compression(file)},
            "dcat:byteSize": {"@value": str(file["bytes"]), "@type": "xsd:nonNegativeInteger"},
            "dct:license": {"@id": made["license"]},
            "spdx:checksum": {
                "@type": "spdx:Checksum",
                "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
                "spdx:checksumValue": {"@value": file["sha256"], "@type": "xsd:hexBinary"},
            },
        }
        for file in made["files"]
    ]
    return {
        "@context": _DCAT_CONTEXT,
        "@id": f"{page}#dataset",
        "@type": "dcat:Dataset",
        "dct:title": _name(made),
        "dct:description": DESCRIPTION,
        "dcat:landingPage": {"@id": page},
        "dct:license": {"@id": made["license"]},
        "dct:publisher": {
            "@type": "foaf:Organization",
            "foaf:name": made["site"],
            "foaf:homepage": {"@id": made["origin"] + "/"},
        },
        "dct:modified": {"@value": made["record"]["at"], "@type": "xsd:dateTime"},
        "dct:issued": {"@value": made["made_at"], "@type": "xsd:dateTime"},
        "dcat:version": made["name"],
        "dcat:distribution": distributions,
    }


DESCRIPTION = (
    "Checked claims with their verdicts, evidence, sources and corrections, and the whole "
    "append-only record behind them with its hashes."
)


def files(made, *, folder, page):
    """`{name: bytes}` of the two descriptions as files."""
    return {
        NAME: to_json(markup(made, folder=folder, page=page)) + b"\n",
        DCAT_NAME: to_json(dcat(made, folder=folder, page=page)) + b"\n",
    }


def _name(made):
    return f"{made['site']}: all published fact-checks"


def _compression(file):
    return next(form for ending, form in COMPRESSED.items() if file["name"].endswith(ending))
