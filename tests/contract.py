"""What schemathesis cannot know from the description: hooks, named by SCHEMATHESIS_HOOKS."""

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    query = case.query or {}
    # Nobody makes up a cursor: it is signed. What is wrong in it is left in to be refused.
    if case.meta and case.meta.generation.mode.is_positive:
        query.pop("cursor", None)
    # The answer would be right and late.
    if str(query.get("wait", "")).isdecimal() and 1 < int(query["wait"]) <= 30:
        query["wait"] = 1
