"""Which strategies show every record in each pass, so that a record's absence means something."""

from __future__ import annotations

from shared_code.fetch.paging.agreeing import Agreeing
from shared_code.fetch.paging.counted import Pages
from shared_code.fetch.paging.keyset import AfterId
from shared_code.fetch.paging.links import Links
from shared_code.fetch.paging.protocol import Paging
from shared_code.fetch.paging.tokens import Tokens
from shared_code.fetch.paging.whole import Whole


def lists_all(paging: Paging) -> bool:
    """Whether each pass is of everything, and loses nothing while the list changes.

    Counting once loses records, and a pass of changes shows only those. What tokens and links
    stand for is for the connector to know.
    """
    match paging:
        case Whole():
            return True
        case AfterId() | Tokens() | Links():
            return not paging.incremental
        case Agreeing(inner=Pages() | Tokens() | Links() as inner):
            return not inner.incremental
        case _:
            return False
