from django_filters.rest_framework import DjangoFilterBackend

from claims.filters import unknown_parameters

from .problems import Problem, bad_parameter


class StrictFilterBackend(DjangoFilterBackend):
    """Filters that refuse what they do not know, and say what may have been meant."""

    def filter_queryset(self, request, queryset, view):
        filterset = self.get_filterset(request, queryset, view)
        for name in ("cursor", "page_size"):
            if len(request.query_params.getlist(name)) > 1:
                raise bad_parameter(name, "Give it once.")
        paging = [view.paginator.cursor_query_param, view.paginator.page_size_query_param]
        refuse_unknown(request, [*filterset.filters, *paging])
        if not filterset.is_valid():
            name, errors = next(iter(filterset.errors.get_json_data().items()))
            raise bad_parameter(name, errors[0]["message"])
        return filterset.qs


def refuse_unknown(request, known):
    unknown = unknown_parameters(request.query_params, list(known))
    if unknown:
        raise Problem(
            400,
            "unknown-parameter",
            f"Not known here: {', '.join(sorted(unknown))}.",
            unknown=sorted(unknown),
            did_you_mean={name: meant for name, meant in unknown.items() if meant},
        )
