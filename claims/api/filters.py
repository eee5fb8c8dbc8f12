from claims.filters import ClaimFilter, GivenFilters, ValuesFilter

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
