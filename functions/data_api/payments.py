"""A connection's payments by what they settle, which the query language cannot ask for."""

# Annotations are not deferred here: FastAPI could not look up what those of a closure name.
from typing import Annotated

from fastapi import Query

from shared_code.errors import Reject
from shared_code.model import Kind, Property
from shared_code.model.accounting.payment import PaymentLinkType
from shared_code.query import Condition, Filter, Operator

_LINK_TYPE = Property("lines.links.type", Kind.TEXT, many=True)


def linked(
    link_type: Annotated[
        str | None,
        Query(alias="linkType", description="Only payments with a link of this type."),
    ] = None,
) -> Filter | None:
    """Read which payments are asked for; `Reject` says what types of link there are."""
    if link_type is None:
        return None
    known = {each.lower(): each for each in PaymentLinkType}
    found = known.get(link_type.strip().lower())
    if found is None:
        allowed = ", ".join(known.values())
        raise Reject(f"The parameter linkType is {link_type!r}. It may be one of: {allowed}")
    return Condition(_LINK_TYPE, Operator.EQUAL, found.value)
