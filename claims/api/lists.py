"""Lists: a page of rows, whole or some fields of them, as JSON or CSV."""

import orjson
from django.conf import settings

from claims.filters import closest
from claims.interchange import table
from claims.release import etag_of

from .base import ReadView, conditional
from .description import shape_of_list
from .pagination import PARAMETERS, Keyset
from .problems import bad_parameter, once
from .renderers import CanonicalJSONRenderer, CSVRenderer


class ListView(ReadView):
    """A list. A subclass says its `columns`, its orders and what it reads of the record."""

    renderer_classes = [CanonicalJSONRenderer, CSVRenderer]
    parameters = (*PARAMETERS, "ordering", "fields")
    columns = ()
    orders = {}
    default_order = ""

    def shape(self):
        return shape_of_list(self.columns)

    def fields(self):
        """What a row has."""
        return table.fields(self.columns)

    def respond(self, rows, *, more=None, ranked=None):
        """The page of `rows` that is asked for. `more` gives what else the answer says, from it."""
        fields = chosen_fields(self.request, self.fields())
        page = Keyset(self.request, self.orders, self.default_order, ranked).cut(rows)
        said = {"license": settings.CONTENT_LICENSE, "next": page.next, "previous": page.previous}
        if page.count is not None:
            said["count"] = page.count
        said |= more(page) if more else {}
        return answer(
            self.request,
            said,
            items=lambda: [self.item(row) for row in page.rows],
            columns=self.columns,
            fields=fields,
            read=[self.mark(row) for row in page.rows],
        )

    def item(self, row):
        """The bytes of a row's JSON."""
        raise NotImplementedError

    def mark(self, row):
        """What changes whenever the row's JSON does."""
        raise NotImplementedError


def answer(request, said, *, items, columns, fields, read):
    """What a list says of itself and its rows, or 304. `items` makes the rows when needed.

    By ETag alone: a list also changes by what leaves it, of which no row's moment would tell.
    """
    form = request.accepted_renderer.format

    def make():
        rows = items()
        if form == "json" and not fields:
            return _json(said | {"results": [orjson.Fragment(row) for row in rows]})
        parsed = [orjson.loads(row) for row in rows]
        if form == "csv":
            return table.to_csv(parsed, columns, fields)
        chosen = [{name: row.get(name) for name in fields} for row in parsed]
        return _json(said | {"results": chosen})

    return conditional(
        request,
        make,
        etag=etag_of([form, orjson.dumps(said), *read]),
        media_type=f"{table.MEDIA_TYPE}; charset=utf-8" if form == "csv" else "application/json",
        links={"next": said.get("next"), "prev": said.get("previous")},
    )


def _json(data):
    return CanonicalJSONRenderer().render(data)


def chosen_fields(request, known):
    """The fields asked for, in order; none when all of them are wanted."""
    given = once(request, "fields")
    if given is None:
        return []
    names = list(dict.fromkeys(name.strip() for name in given.split(",")))
    if unknown := [name for name in names if name not in known]:
        meant = {name: match for name in unknown if (match := closest(name, known))}
        raise bad_parameter(
            "fields",
            f"Write some of these, with commas: {', '.join(known)}.",
            **{"did_you_mean": meant} if meant else {},
        )
    return names
