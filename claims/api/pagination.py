import base64
import re

from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response

from .problems import bad_parameter


class ClaimPagination(CursorPagination):
    """Pages by cursor on the revision: no repeat and no loss while claims are published.

    With a question the likeliest come first, by their rank; else the newest.
    A page has `page_size` claims: 25 unless asked otherwise, 100 at most.
    """

    ordering = "-revision_id"
    page_size = 25
    max_page_size = 100
    page_size_query_param = "page_size"

    def get_ordering(self, request, queryset, view):
        return ("rank",) if request.query_params.get("q") else (self.ordering,)

    def get_page_size(self, request):
        value = request.query_params.get(self.page_size_query_param)
        if value is None:
            return self.page_size
        if not re.fullmatch("[0-9]{1,3}", value) or not 1 <= int(value) <= self.max_page_size:
            raise bad_parameter(
                self.page_size_query_param, f"Write a number from 1 to {self.max_page_size}."
            )
        return int(value)

    def decode_cursor(self, request):
        given = request.query_params.get(self.cursor_query_param, "")
        try:
            # The standard decoder drops what it does not know: a broken cursor would start anew.
            base64.b64decode(given, validate=True)
            cursor = super().decode_cursor(request)
            if cursor is not None and not re.fullmatch("[0-9]{1,18}", cursor.position or "0"):
                raise NotFound
        except (NotFound, ValueError):
            raise bad_parameter(
                self.cursor_query_param, "Take a cursor from `next` or `previous`, as it stands."
            ) from None
        return cursor

    def get_paginated_response(self, data):
        return Response(
            {"next": self.get_next_link(), "previous": self.get_previous_link(), "results": data}
        )
