"""schema.org NewsMediaOrganization: who publishes, for programs that read the home page."""

from claims.choices import PageKind

from .claimreview import CONTEXT

# Where the newsroom says what the codes of principles ask it to say.
POLICIES = {
    PageKind.PRINCIPLES: "publishingPrinciples",
    PageKind.METHOD: "verificationFactCheckingPolicy",
    PageKind.CORRECTIONS: "correctionsPolicy",
    PageKind.FUNDING: "ownershipFundingInfo",
    PageKind.TEAM: "masthead",
    PageKind.CONTACT: "actionableFeedbackPolicy",
}


def markup(site, *, logo, same_as, pages):
    """The publisher, under the address that all languages share. `pages` is `{kind: address}`."""
    found = {
        "@context": CONTEXT,
        "@type": "NewsMediaOrganization",
        "@id": f"{site.origin}/#org",
        "name": site.name,
        "url": f"{site.origin}/",
        "logo": logo,
    }
    if same_as:
        found["sameAs"] = same_as
    return found | {POLICIES[kind]: pages[kind] for kind in POLICIES if kind in pages}
