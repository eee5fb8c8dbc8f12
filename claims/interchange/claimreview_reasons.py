"""The twelve rules of ClaimReview in words: what each asks, and why. Their checks stand apart."""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _


class Reason(NamedTuple):
    title: str
    why: str


WORDS = 13
REASONS = {
    1: Reason(
        _("One ClaimReview a page, at the top"),
        _(
            "Search engines and archives read the first that they find. Lists and topics carry "
            "none: the same review on two pages counts as spam."
        ),
    ),
    2: Reason(
        _("The address is that of the page"),
        _(
            "Programs file a review under its “url”, and neither redirects nor short links are "
            "followed. It is on the same host, and the page calls it canonical."
        ),
    ),
    3: Reason(
        _("The claim is there, short, and without its verdict"),
        _(
            "It is shown beside the rating, and cut after some 75 characters. A claim that has its "
            "verdict in it reads as if somebody had claimed that."
        ),
    ),
    4: Reason(
        _("The rating is told in words"),
        _("“alternateName” is what people are shown; a number alone says nothing."),
    ),
    5: Reason(
        _("Three numbers that fit, or none"),
        _(
            "Readers compare the value with the worst and the best. The worst is 1 or more, and -1 "
            "is taken for a very bad rating. What is on no scale has no numbers."
        ),
    ),
    6: Reason(
        _("The author is the newsroom of the page"),
        _("Collections match publishers by the host of “author.url”, and show its name."),
    ),
    7: Reason(
        _("What is reviewed is a Claim with its words"),
        _(
            "A claimant who is named can be found; who is not known is left out, since a name that "
            "is none misleads."
        ),
    ),
    8: Reason(
        _("It says where the claim was made, and not by us"),
        _("Without an appearance nobody can look; on the own site, one would check oneself."),
    ),
    9: Reason(
        _("Dates are dates, in order"),
        _("A claim is not younger than its review. Programs sort by these days."),
    ),
    10: Reason(
        _("The page shows what the markup says"),
        _("Markup that differs from what readers see is held to be deception."),
    ),
    11: Reason(
        _("No text can close the script"),
        _(
            "Words of others stand in it. “<”, “>” and “&” are escaped, or a claim could put code "
            "of its own into the page."
        ),
    ),
    12: Reason(
        _("Only reviews in force"),
        _("A page of a draft or of a verdict that was taken back carries no ClaimReview."),
    ),
    WORDS: Reason(
        _("Words that schema.org knows"),
        _("A misspelt property is passed over in silence: nobody would tell you."),
    ),
}
# Which of them a check belongs to, by its name in claimreview_rules.
NUMBERS = {
    **{"type": 1, "once": 1, "url": 2, "canonical": 2},
    **{"claim": 3, "claim-long": 3, "claim-verdict": 3, "rating-name": 4, "rating-numbers": 5},
    **{"author": 6, "item": 7, "claimant": 7, "appearance": 8, "dates": 9, "shown": 10},
    **{"escaped": 11, "indexed": 12, "in-force": 12, "form": WORDS, "words": WORDS},
}
