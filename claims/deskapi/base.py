"""What the desk's addresses have in common: keys, versions, and refusals as problems."""

import hashlib
from contextlib import contextmanager

import orjson
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.http import parse_etags
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.parsers import BaseParser

from claims import keys
from claims.api.base import ReadView
from claims.api.problems import Problem, unknown_names
from claims.api.renderers import CanonicalJSONRenderer
from claims.api.throttling import AddressThrottle, Throttle
from claims.drafts import NotADraft, Said, Unfit
from claims.filters import unknown_parameters
from claims.review import ReviewError
from sources.history import attributed
from sources.refusals import BUSY, REFUSALS, UNIQUE, sentence

from .description import DeskDescription
from .fields import Wrong, read_into

LARGEST = 1 << 20  # bytes of a body


class BadKey(exceptions.AuthenticationFailed):
    """A key that opens nothing, as a problem that says why."""

    def __init__(self, kind, sentence):
        super().__init__(sentence)
        self.kind = kind


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer fck_…`, and nothing else: no cookie opens the desk to a program."""

    def authenticate(self, request):
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise BadKey("key-missing", "Send a key: `Authorization: Bearer fck_…`.")
        try:
            row = keys.opened_by(key.strip())
        except keys.KeyRefused as error:
            raise BadKey(error.kind, str(error)) from None
        return row.owner, row

    def authenticate_header(self, request):
        return 'Bearer realm="desk"'


class KeyThrottle(Throttle):
    """So many requests a minute with one key, from wherever."""

    policy = "key"

    def limit(self):
        return settings.DESK_REQUESTS_PER_MINUTE

    def whose(self, request):
        return f"key {request.auth.pk}"


class JSONBody(BaseParser):
    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            return orjson.loads(stream.read())
        except orjson.JSONDecodeError as error:
            raise Problem(400, "malformed-json", f"This is no JSON: {error}.") from None


class MergePatch(JSONBody):
    media_type = "application/merge-patch+json"


class DeskView(ReadView):
    """Asks for a key, what its owner may see, and what the key may write, in this order."""

    authentication_classes = [KeyAuthentication]
    throttle_classes = [KeyThrottle]
    parser_classes = [JSONBody, MergePatch]
    schema = DeskDescription()
    resource = None
    scopes = {}  # {method: what the key must be good for}

    def perform_authentication(self, request):
        """Who tries keys is counted by address, before any of them is looked up."""
        throttle = AddressThrottle()
        if not throttle.allow_request(request, self):
            self.throttled(request, throttle.wait())
        super().perform_authentication(request)

    def check_permissions(self, request):
        if not request.user.has_perm(self.resource.seen_by):
            detail = "The owner of this key may not see this on the desk."
            raise Problem(403, "permission-missing", detail)
        scope = self.scopes.get(request.method)
        if scope and scope not in request.auth.scopes:
            problem = Problem(403, "scope-missing", f"This key is not good for {scope}.")
            problem.auth_header = (
                f'Bearer realm="desk", error="insufficient_scope", scope="{scope}"'
            )
            raise problem

    def finalize_response(self, request, response, *args, **kwargs):
        response.links = {**getattr(response, "links", {}), "license": ""}  # drafts have none
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    # --- What is sent ---

    def said(self, row, fields):
        """What the body wants changed in `row`: every mistake of it is told at once."""
        given = self.body()
        known = [field.name for field in fields]
        if unknown := unknown_parameters(given, known):
            raise unknown_names("unknown-field", "Not to be written here", unknown)
        said = Said()
        try:
            read_into(said, fields, given, row)
        except Wrong as error:
            raise invalid(error.errors) from None
        return said

    def body(self):
        length = self.request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > LARGEST:
            raise Problem(413, "too-large", f"A body has at most {LARGEST} bytes.")
        data = self.request.data
        if not isinstance(data, dict):
            raise Problem(400, "malformed-json", "Send an object, with names and values.")
        return data

    # --- What is answered ---

    def respond(self, row, status=200, **headers):
        return self.answer(written(self.resource, row), status, **headers)

    def answer(self, body, status=200, **headers):
        """With its version; without the body for whoever has it and only reads."""
        etag = version_of(body)
        known = parse_etags(self.request.headers.get("If-None-Match", ""))
        if self.request.method in {"GET", "HEAD"} and ({etag, f"W/{etag}", "*"} & set(known)):
            return HttpResponse(status=304, headers={"ETag": etag})
        said = {"ETag": etag, "Content-Type": "application/json"} | headers
        return HttpResponse(body, status=status, headers=said)

    def require_version(self, row):
        """Nobody writes over what they have not read. `row` is locked."""
        given = self.request.headers.get("If-Match", "").strip()
        if given in {"", "*"}:
            detail = "Send `If-Match` with the ETag of what you read; `*` names no version."
            raise Problem(428, "version-missing", detail)
        if version_of(written(self.resource, row)) not in parse_etags(given):
            detail = (
                "It has changed since you read it, or your ETag is a weak one. Read it again, and "
                "see whether your change is still right."
            )
            raise Problem(412, "changed-meanwhile", detail)

    @contextmanager
    def writing(self):
        """Everything or nothing, in the name of the key's owner; refusals become problems."""
        key = self.request.auth
        with problems(self.resource), attributed(user=key.owner_id, key=f"{key.name} ({key.hint})"):
            yield


def written(resource, row):
    return CanonicalJSONRenderer().render(resource.show(row))


def version_of(body):
    """A strong ETag: of all that is shown, which is all that can be written."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def invalid(errors):
    """`errors` as pairs of a path by the names outside, and a sentence."""
    listed = [{"pointer": pointer(path), "detail": detail} for path, detail in errors]
    return Problem(400, "invalid", "The desk does not take this as it is.", errors=listed)


def pointer(path):
    """A JSON pointer as a fragment (RFC 6901, section 6)."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "#" + "".join(f"/{step}" for step in steps)


def outside(resource, path):
    """A path by the models' names as one by the names that programs know."""
    fields = resource.fields
    found = []
    for step in path:
        field = next((f for f in fields if step in {f.column, getattr(f, "precision", None)}), None)
        found.append(field.name if field else step)
        fields = getattr(field, "fields", fields if isinstance(step, int) else ())
    return found


@contextmanager
def problems(resource):
    try:
        yield
    except Unfit as error:
        raise invalid([(outside(resource, path), said) for path, said in error.errors]) from error
    except (NotADraft, ReviewError) as error:
        raise Problem(409, "not-a-draft", str(error)) from error
    except PermissionDenied as error:
        raise Problem(403, "permission-missing", str(error)) from error
    except REFUSALS as error:
        state = getattr(getattr(error.__cause__, "diag", None), "sqlstate", None)
        if state is None:
            raise  # the database itself is in trouble: that is no mistake of the client's
        status = 409 if state == UNIQUE or state in BUSY else 400
        raise Problem(status, "refused", sentence(error)) from error
