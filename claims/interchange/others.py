"""What other fact-checkers published, as a DataFeed of ClaimReviews: the way back of `reading`."""

from . import datafeed
from .claimreview import CONTEXT, TYPE
from .reading import review as reading

# What an editor says of a rating, not its publisher, and what was received itself.
OURS = {"normalized", "markup"}
NOT_IN_MARKUP = [name for name in reading.Row._fields if name not in OURS]


def element(row):
    """The DataFeedItem of one ExternalReview, as bytes."""
    return datafeed.element({"dateCreated": row.imported_at.isoformat()}, [markup(row)])


def markup(row):
    """The ClaimReview as it was received; made from the columns where those say something else,

    since an editor changed them, or wrote them by hand.
    """
    return row.markup if _says_the_same(row) else _of_columns(row)


def _says_the_same(row):
    try:
        said, _mended = reading.read(row.markup)
    except reading.Refused:
        return False
    return all(getattr(said, name) == getattr(row, name) for name in NOT_IN_MARKUP)


def _of_columns(row):
    claim = {
        "@type": "Claim",
        "author": row.claimant and {"@type": "Thing", "name": row.claimant},
        "datePublished": row.claimed_on and row.claimed_on.isoformat(),
        "appearance": [
            {"@type": "CreativeWork", "url": f"https://{page}"}
            for page in filter(None, row.appeared_at.split("\n"))
        ],
    }
    said = {
        "@context": CONTEXT,
        "@type": TYPE,
        "url": row.url,
        "claimReviewed": row.claim_reviewed,
        "author": {"@type": "Organization", "name": row.publisher_name},
        "datePublished": row.reviewed_on and row.reviewed_on.isoformat(),
        "headline": row.title,
        "inLanguage": "" if row.language == reading.UNDETERMINED else row.language,
        "reviewRating": {"@type": "Rating", "alternateName": row.rating_label},
        "itemReviewed": _known(claim),
        "sdLicense": row.license,
    }
    return _known(said)


def _known(fields):
    return {key: value for key, value in fields.items() if value}
