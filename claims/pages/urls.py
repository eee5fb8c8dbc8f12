from django.urls import path, register_converter
from django.urls.converters import StringConverter

from claims.interchange.feeds import TYPES as FEEDS

from . import (
    about,
    article,
    cards,
    check,
    claim,
    corrections,
    download,
    embed,
    exports,
    feeds,
    history,
    lists,
    search,
    terms,
    tips,
    validate,
    versions,
)


class FeedConverter(StringConverter):
    regex = "|".join(FEEDS)


register_converter(FeedConverter, "feed")

app_name = "pages"
urlpatterns = [
    path("", lists.home, name="home"),
    path("claims/", lists.claim_list, name="claims"),
    path("check/", check.check, name="check"),
    path("claims/claims.csv", download.claims, name="claims-csv"),
    path("opensearch.xml", search.description, name="opensearch"),
    path("claims/<slug:slug>/", claim.claim, name="claim"),
    path("claims/<slug:slug>/v/<int:number>/", claim.revision, name="revision"),
    path("claims/<slug:slug>/v/<int:number>/cite.<str:form>", claim.citation, name="citation"),
    path("claims/<slug:slug>/report/", tips.report, name="report"),
    path("claims/<slug:slug>/history/", history.history, name="history"),
    path("claims/<slug:slug>/timemap/", versions.timemap, name="timemap"),
    path("claims/<slug:slug>/v/<int:number>/card.png", cards.picture, name="card"),
    path("embed/<slug:slug>/", embed.embed, name="embed"),
    path("subjects/", terms.subject_list, name="subjects"),
    path("subjects/<slug:slug>/", terms.subject, name="subject"),
    path("topics/", terms.topic_list, name="topics"),
    path("topics/<slug:slug>/", terms.topic, name="topic"),
    path("sources/", terms.source_list, name="sources"),
    path("sources/<slug:slug>/", terms.source, name="source"),
    path("publishers/", terms.publisher_list, name="publishers"),
    path("publishers/<slug:slug>/", terms.publisher, name="publisher"),
    path("articles/", terms.article_list, name="articles"),
    path("articles/<slug:slug>/", article.article, name="article"),
    path("corrections/", corrections.corrections, name="corrections"),
    path("claims/feed.<feed:form>", feeds.claims, name="claims-feed"),
    path("corrections/feed.<feed:form>", feeds.corrections, name="corrections-feed"),
    *[
        path(f"{kind}s/<slug:slug>/feed.<feed:form>", feeds.claims_of, {"kind": kind})
        for kind in feeds.LISTS
    ],
    path("submit/", tips.submit, name="submit"),
    path("submit/<slug:token>/", tips.status, name="tip"),
    path("exports/", exports.index, name="exports"),
    path("ratings/", terms.rating_list, name="ratings"),
    path("tools/claimreview/", validate.validate, name="validate"),
    path("about/", about.index, name="about"),
    path("about/<slug:slug>/", about.about, name="about-page"),
    path("about/<slug:slug>/v/<int:number>/", about.version, name="about-version"),
]
