"""The site as it is watched: each request has a name, which its answer and the log tell."""

from . import logs


class Observed:
    """The WSGI application `application`, in front of everything, so that nothing is missed."""

    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        name = logs.name_request(environ.get("HTTP_X_REQUEST_ID", ""))

        def answer(status, headers, exc_info=None):
            return start_response(status, [*headers, ("X-Request-ID", name)], exc_info)

        return self.application(environ, answer)
