"""Addresses that machines know: one each, whatever the language."""

from django.urls import path

from . import embed, exports, sitemaps

app_name = "machines"
urlpatterns = [
    path("oembed/", embed.oembed, name="oembed"),
    path("exports/<slug:export>/<str:name>", exports.file, name="export"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemaps/claims-<int:number>.xml", sitemaps.claims, name="claims-sitemap"),
    path("sitemaps/pages.xml", sitemaps.pages, name="pages-sitemap"),
    path("sitemaps/news.xml", sitemaps.news, name="news-sitemap"),
]
