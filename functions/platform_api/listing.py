"""From the page that a client asks for to the part of a list that is read."""

from __future__ import annotations

from shared_code.connect.listing import Listing
from shared_code.serve import PageRequest


def listing(paging: PageRequest) -> Listing:
    """Say which part of a list the client asked for."""
    return Listing(paging.query, paging.order_by, paging.offset, paging.size)
