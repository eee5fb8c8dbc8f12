"""The desk's addresses in the description of the API, from the resources' own fields."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from claims.api.description import ADDRESS, PARAMETERS, PROBLEM, Description, with_documents
from claims.choices import VerdictStatus
from sources.constraints import SLUG

PROBLEMS = {
    400: "The body or a parameter is wrong; `errors` says where.",
    401: "There is no key, or it is unknown, expired, revoked, or its owner has left.",
    403: "The key's scopes or its owner's rights do not reach so far.",
    404: "There is none of this name on the desk.",
    406: "The answer is not to be had in the form that `Accept` names.",
    429: "Too many requests with this key or from this address; `Retry-After` says when to go on.",
}
PROBLEMS_OF_BODY = {
    409: "There is one already, or a reviewer has it; somebody else was saving just now.",
    413: "The body is too large.",
    415: "The body is of another media type than JSON.",
}
PROBLEMS_OF_VERSION = {
    412: "It has changed since the version that `If-Match` names.",
    428: "`If-Match` is missing.",
}
ERRORS = {
    "errors": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "pointer": {"type": "string", "description": "Where, as a JSON pointer."},
                "detail": {"type": "string", "description": "What is wrong there."},
            },
            "required": ["pointer", "detail"],
        },
    }
}
DESK_PROBLEM = PROBLEM | {"properties": PROBLEM["properties"] | ERRORS}
OF_LISTS = {
    "mine": OpenApiParameter(
        "mine",
        {"type": "boolean", "default": False},
        description="Only what the owner of the key wrote.",
    ),
    "claim": OpenApiParameter(
        "claim",
        {"type": "string", "pattern": SLUG},
        description="Slug of the claim that they answer.",
    ),
    "status": OpenApiParameter(
        "status",
        {"type": "string", "enum": VerdictStatus.values},
        description="How far they have come.",
    ),
    "url": OpenApiParameter(
        "url",
        PARAMETERS["url"].type,
        description="Its web address.",
    ),
}
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag of the version that you read: a strong one, not `*`.",
)
BODIES = ("application/json", "application/merge-patch+json")


class DeskDescription(Description):
    """One operation on the desk."""

    @property
    def is_list(self):
        return self.view.parameters != ()

    @property
    def needs_version(self):
        return self.method in {"PATCH", "DELETE"} or self.path.endswith("/submit/")

    def get_auth(self):
        return [{"key": []}]

    def get_override_parameters(self):
        if self.needs_version:
            return [IF_MATCH]
        return super().get_override_parameters() if self.method == "GET" else []

    def _parameter(self, name):
        return OF_LISTS.get(name) or PARAMETERS[name]

    def get_operation_id(self):
        return f"{super().get_operation_id()}_{self.method.lower()}"

    def get_tags(self):
        return ["desk"]

    def get_summary(self):
        one = self.view.resource.one
        said = {
            "POST": f"Write {one} anew.",
            "PATCH": f"Change {one}: a JSON merge patch (RFC 7396).",
            "DELETE": f"Take {one} away.",
        }
        if self.path.endswith("/submit/"):
            return super().get_summary()
        return said.get(self.method) or super().get_summary()

    def get_request_serializer(self):
        if self.method == "PATCH":
            return dict.fromkeys(BODIES, self.view.resource.shape_of_changes())
        if self.method == "POST" and not self.needs_version:
            return {BODIES[0]: self.view.resource.shape_of_new()}
        return None

    def get_response_serializers(self):
        problems = {
            (status, "application/problem+json"): OpenApiResponse(DESK_PROBLEM, text)
            for status, text in self._problems().items()
        }
        return self._good() | problems

    def _problems(self):
        found = dict(PROBLEMS)
        if self.method != "GET":
            found |= PROBLEMS_OF_BODY
        return found | (PROBLEMS_OF_VERSION if self.needs_version else {})

    def _good(self):
        if self.method == "DELETE":
            return {204: OpenApiResponse(description="It is gone.")}
        shape = self.view.resource.shape()
        if self.method == "POST" and not self.needs_version:
            return {(201, BODIES[0]): OpenApiResponse(shape, "Made; `Location` says where.")}
        if self.method == "GET" and self.is_list:
            rows = {"type": "array", "items": shape}
            shape = {
                "type": "object",
                "properties": {"next": ADDRESS, "previous": ADDRESS, "results": rows},
                "required": ["next", "previous", "results"],
            }
        good = {(200, BODIES[0]): OpenApiResponse(shape, "As it stands, with its ETag.")}
        if self.method == "GET":
            good[304] = OpenApiResponse(description="You have it already.")
        return good


def with_key(result, generator, request, public):
    """The shapes of documents, and how to show a key."""
    result = with_documents(result, generator, request, public)
    result["components"]["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "An access key of the admin: `fck_` and 48 hexadecimal digits.",
        }
    }
    return result
