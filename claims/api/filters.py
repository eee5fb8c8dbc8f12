from claims.filters import ClaimFilter, ValuesFilter

from .problems import bad_parameter, once


def filter_claims(request, claims):
    """The claims that a request asks for. Refuses a value that no filter can mean."""
    for name, known in ClaimFilter.base_filters.items():
        if not isinstance(known, ValuesFilter):
            once(request, name)
    chosen = GivenFilters(request.query_params, queryset=claims)
    if not chosen.is_valid():
        name, (errors, *_) = next(iter(chosen.errors.as_data().items()))
        meant = (errors.params or {}).get("meant")
        members = {"did_you_mean": {errors.params["value"]: meant}} if meant else {}
        raise bad_parameter(name, errors.messages[0], **members)
    return chosen.qs


class GivenFilters(ClaimFilter):
    """The filters that a request names. A filter set copies all of its filters for each request."""

    def __init__(self, data, **kwargs):
        self.base_filters = {
            name: self.base_filters[name] for name in data if name in self.base_filters
        }
        super().__init__(data, **kwargs)
