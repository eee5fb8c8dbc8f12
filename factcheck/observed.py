"""The site as it is watched: each request has a name, which its answer and the log tell."""

import logging
from time import perf_counter

from . import logs

logger = logging.getLogger(__name__)


class Observed:
    """The WSGI application `application`, in front of everything, so that nothing is missed.

    `count` is called with the environment, the status and the seconds of each request.
    """

    def __init__(self, application, count=None):
        self.application = application
        self.count = count
        self.has_told = False

    def __call__(self, environ, start_response):
        began = perf_counter()
        name = logs.name_request(environ.get("HTTP_X_REQUEST_ID", ""))
        said = ["500"]  # whoever fails without a word is answered so by the server

        def answer(status, headers, exc_info=None):
            said[0] = status[:3]
            return start_response(status, [*headers, ("X-Request-ID", name)], exc_info)

        try:
            return self.application(environ, answer)
        finally:
            if self.count:
                self._count(environ, said[0], perf_counter() - began)

    def _count(self, *facts):
        """Whoever asked has their answer, counted or not, as where there is no room for figures."""
        try:
            self.count(*facts)
        except Exception:
            if not self.has_told:
                logger.exception("Requests are not counted")
            self.has_told = True
