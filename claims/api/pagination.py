"""Pages of a list by keyset: no OFFSET, no COUNT unless asked, no row twice and none lost."""

import base64
import re
from typing import NamedTuple

import orjson
from django.core import signing
from django.db.models import Count, Subquery, Value
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from rest_framework.utils.urls import replace_query_param

from claims.filters import Among, closest

from .description import MAX_PAGE_SIZE, PAGE_SIZE
from .problems import bad_parameter, once

PARAMETERS = ["cursor", "page_size", "count"]
# What may differ between the request that a cursor comes from and the one that it is given to.
ASIDE = {*PARAMETERS, "fields", "format"}


class Order(NamedTuple):
    """What a list is sorted by: a key, and a column that tells rows of one key apart.

    The second must not change while the first stays, or a row could come twice. A list that falls
    may have a key of its own, which differs where a row has none. Where the key is a row's place
    among those `found`, which shifts when others are published, the cursor's row is found again.
    """

    key: object
    tie: str
    falling: object = None
    found: list | None = None


class Page(NamedTuple):
    rows: list
    next: str | None
    previous: str | None
    count: int | None


class Cursor(NamedTuple):
    """The last row that was seen, and whether the way from there is back."""

    is_back: bool
    key: object
    tie: object

    def among(self, found):
        """Where the row is now; if it is gone, between its neighbours of then."""
        if self.tie in found:
            return self._replace(key=found.index(self.tie) + 1)
        if self.is_back:
            return self._replace(tie=0)
        return self._replace(key=self.key - 1, tie=2**31 - 1)


class Keyset:
    """One page of a list, in the order and from the place that a request asks for."""

    def __init__(self, request, orders, default, ranked=None):
        """`ranked` is the list's own order, if it has one, for who asks for no other."""
        self.request = request
        self.size = page_size(request)
        self.is_counted = flag(request, "count")
        name = ordering(request, orders, default)
        self.is_descending = name.startswith("-")
        self.order = orders[name.removeprefix("-")]
        if ranked and "ordering" not in request.query_params:
            name, self.is_descending, self.order = "ranked", False, ranked
        self.key = (self.is_descending and self.order.falling) or self.order.key
        self.signer = signing.Signer(salt=_salt(request, name))

    def cut(self, queryset):
        cursor = self._cursor()
        is_back = cursor is not None and cursor.is_back
        is_falling = self.is_descending != is_back
        rows = queryset.annotate(_key=self.key)
        if self.is_counted:  # in the same query
            rows = rows.annotate(_count=_number_of(queryset))
        if cursor is not None:
            beyond = TupleLessThan if is_falling else TupleGreaterThan
            rows = rows.filter(beyond(Tuple("_key", self.order.tie), (cursor.key, cursor.tie)))
        sign = "-" if is_falling else ""
        rows = rows.order_by(f"{sign}_key", f"{sign}{self.order.tie}")
        found = self._nearest(rows, cursor)
        if found is None:
            found = list(rows[: self.size + 1])
        has_more = len(found) > self.size
        found = found[: self.size][:: -1 if is_back else 1]
        after, before = (
            (cursor is not None, has_more) if is_back else (has_more, cursor is not None)
        )
        return Page(
            found,
            self._link(found[-1], is_back=False) if after and found else None,
            self._link(found[0], is_back=True) if before and found else None,
            self._count(queryset, found, is_first=cursor is None),
        )

    def _nearest(self, rows, cursor):
        """The rows of the places next to the cursor, None where they may not fill the page.

        Of a thousand that are found, a page shows 25: the others lie anywhere on the disk.
        """
        if self.order.found is None:
            return None
        if cursor is not None and cursor.is_back:
            rest = self.order.found[: cursor.key - 1][::-1]
        else:
            rest = self.order.found[cursor.key if cursor else 0 :]
        near = rest[: 2 * (self.size + 1)]
        found = list(rows.filter(Among(near))[: self.size + 1])
        return found if len(found) > self.size or len(near) == len(rest) else None

    def _count(self, queryset, found, *, is_first):
        if not self.is_counted:
            return None
        if found:
            return found[0]._count
        return 0 if is_first else queryset.count()  # what came after the cursor is gone

    def _link(self, row, *, is_back):
        place = [is_back, row._key, getattr(row, self.order.tie)]
        text = base64.urlsafe_b64encode(orjson.dumps(place)).decode().rstrip("=")
        return replace_query_param(
            self.request.build_absolute_uri(), "cursor", self.signer.sign(text)
        )

    def _cursor(self):
        given = once(self.request, "cursor")
        if given is None:
            return None
        try:
            text = self.signer.unsign(given)
        except signing.BadSignature:
            raise bad_parameter(
                "cursor",
                "Take a cursor from `next` or `previous`, as it stands, and leave the filters and "
                "the ordering as they were.",
            ) from None
        cursor = Cursor(*orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))
        return cursor if self.order.found is None else cursor.among(self.order.found)


def _number_of(queryset):
    rows = queryset.order_by().values(_all=Value(1))
    return Subquery(rows.annotate(_many=Count("*")).values("_many"))


def _salt(request, name):
    """A cursor is good for the list that it was made for: the address, the filters, the order."""
    filters = sorted(
        (parameter, sorted(values))
        for parameter, values in request.query_params.lists()
        if parameter not in ASIDE and parameter != "ordering"
    )
    return f"cursor {request.path} {name} {filters}"


def ordering(request, orders, default):
    known = [sign + name for name in orders for sign in ("", "-")]
    name = once(request, "ordering") or default
    if name not in known:
        meant = closest(name, known)
        raise bad_parameter(
            "ordering",
            f"Write one of these: {', '.join(known)}.",
            **{"did_you_mean": {name: meant}} if meant else {},
        )
    return name


def page_size(request):
    value = once(request, "page_size")
    if value is None:
        return PAGE_SIZE
    if not re.fullmatch("[0-9]{1,3}", value) or not 1 <= int(value) <= MAX_PAGE_SIZE:
        raise bad_parameter("page_size", f"Write a number from 1 to {MAX_PAGE_SIZE}.")
    return int(value)


def flag(request, name):
    value = once(request, name) or "false"
    if value not in {"true", "false"}:
        raise bad_parameter(name, "Write true or false.")
    return value == "true"
