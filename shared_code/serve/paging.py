"""Lists in pages: what a client may ask for, and the envelope it gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, Self, TypeAlias, TypeVar
from urllib.parse import quote

from fastapi import Depends, Query
from pydantic import Field
from starlette.requests import Request

from shared_code.errors import Reject
from shared_code.serve.routing import query_string
from shared_code.serve.wire import Wire

MAX_PAGE_SIZE = 5_000
_MAX_PAGE = 2**31 - 1
_SINGLE = ("page", "pageSize", "query", "orderBy")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The page that a client asks for, from 1; `query` and `order_by` are still to be parsed."""

    number: int
    size: int
    query: str | None
    order_by: str | None
    path: str
    query_string: str

    @property
    def offset(self) -> int:
        """How many results lie before the page."""
        return (self.number - 1) * self.size


class HalRef(Wire):
    """A link, relative to the API's root."""

    href: str


class Links(Wire):
    """Where a page is, and where the ones beside it are."""

    self_: HalRef = Field(alias="self", description="The list, without its query string.")
    current: HalRef = Field(description="This page.")
    next: HalRef | None = Field(default=None, description="Absent on the last page.")
    previous: HalRef | None = Field(default=None, description="Absent on the first page.")


class PagingInfo(Wire):
    """What a page says besides its results; for those who write the results themselves."""

    page_number: int
    page_size: int
    total_results: int = Field(description="Results that match the query, on all pages.")
    links: Links = Field(alias="_links")

    @classmethod
    def about(cls, total: int, paging: PageRequest) -> Self:
        """Describe a page of a list with `total` results."""
        return cls(
            page_number=paging.number,
            page_size=paging.size,
            total_results=total,
            links=_links(total, paging),
        )


class PageOf(PagingInfo, Generic[T]):
    """One page of a list."""

    results: list[T]

    @classmethod
    def of(cls, results: Sequence[T], total: int, paging: PageRequest) -> Self:
        """Wrap the results of one page; `total` counts all that match the query."""
        return cls(
            results=list(results),
            page_number=paging.number,
            page_size=paging.size,
            total_results=total,
            links=_links(total, paging),
        )


def _links(total: int, paging: PageRequest) -> Links:
    path = quote(paging.path)
    current = f"{path}?{paging.query_string}" if paging.query_string else path
    after = paging.number + 1 if paging.number * paging.size < total else None
    before = paging.number - 1 if paging.number > 1 else None
    return Links(
        self_=HalRef(href=path),
        current=HalRef(href=current),
        next=_neighbour(path, paging, after),
        previous=_neighbour(path, paging, before),
    )


def _neighbour(path: str, paging: PageRequest, number: int | None) -> HalRef | None:
    if number is None:
        return None
    kept = [
        part
        for part in paging.query_string.split("&")
        if part and part.partition("=")[0] not in {"page", "pageSize"}
    ]
    query = "&".join([f"page={number}", f"pageSize={paging.size}", *kept])
    return HalRef(href=f"{path}?{query}")


async def _page_request(
    request: Request,
    page: Annotated[int, Query(ge=1, le=_MAX_PAGE, description="The page, from 1.")] = 1,
    page_size: Annotated[
        int,
        Query(alias="pageSize", ge=1, le=MAX_PAGE_SIZE, description="Results on a page."),
    ] = 100,
    query: Annotated[
        str | None,
        Query(description="Filter, such as `status=Paid&&totalAmount>100`, URL-encoded."),
    ] = None,
    order_by: Annotated[
        str | None,
        Query(alias="orderBy", description="Property to sort by; a leading `-` turns it round."),
    ] = None,
) -> PageRequest:
    for name in _SINGLE:
        if len(request.query_params.getlist(name)) > 1:
            raise Reject(f"The parameter {name} may be given once only")
    return PageRequest(
        page, page_size, query, order_by, request.scope["path"], query_string(request)
    )


Paging: TypeAlias = Annotated[PageRequest, Depends(_page_request)]
"""The parameter of an endpoint that answers with a page."""
