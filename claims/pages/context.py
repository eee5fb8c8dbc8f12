"""What every page knows of the site: its name, where it lives, and the languages it speaks."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.translation import get_language, get_language_info

from claims.languages import in_language, tag_of

from .footer import about_us


class Site:
    """The site as seen from one request. English stands at the root, others under their code."""

    def __init__(self, request):
        self.name = settings.SITE_NAME
        self.origin = settings.SITE_URL
        self.license = settings.CONTENT_LICENSE
        self._request = request

    @cached_property
    def language(self):
        return tag_of(get_language())

    @cached_property
    def direction(self):
        return "rtl" if get_language_info(get_language())["bidi"] else "ltr"

    @cached_property
    def canonical(self):
        """The address of this page without its parameters."""
        return self.origin + self._request.path

    @cached_property
    def languages(self):
        """This page in each language: where the reader is stays, and so do the filters."""
        return [self._edition(code) for code, _ in settings.LANGUAGES]

    @property
    def default_language(self):
        return next(row for row in self.languages if row["code"] == settings.LANGUAGE_CODE)

    @property
    def license_name(self):
        """CC BY 4.0 for its address at Creative Commons; otherwise the host that has the text."""
        parts = urlsplit(self.license)
        names = parts.path.strip("/").split("/")
        if parts.hostname == "creativecommons.org" and len(names) == 3:
            return f"CC {names[1].upper()} {names[2]}"
        return parts.hostname

    @cached_property
    def about(self):
        """The pages about us that are published: every page leads to them."""
        return about_us(self._request)

    def _edition(self, code):
        info = get_language_info(code)
        path = in_language(self._request.path, code)
        query = self._request.META.get("QUERY_STRING", "")
        return {
            "code": code,
            "tag": tag_of(code),
            "name": info["name_local"],
            "path": f"{path}?{query}" if query else path,
            "url": self.origin + path,
            "is_current": code == get_language(),
        }


def site(request):
    """Context processor. Lazy, because the admin's templates pass here as well."""
    return {"site": SimpleLazyObject(lambda: Site(request))}
