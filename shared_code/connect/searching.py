"""Lists of companies: what can be asked of them, and how the store answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    null,
    select,
    true,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared_code.catalogue import CATALOGUE, Integration
from shared_code.connect.listing import Listing
from shared_code.connect.shapes import Connection as ConnectionShape
from shared_code.errors import Reject
from shared_code.model import Kind, Property, PropertyIndex, index_of
from shared_code.query import (
    Operand,
    Operator,
    Schema,
    compile_filter,
    compile_order,
    parse,
    resolve,
)
from shared_code.query.operands import PlainOperand, TextOperand
from shared_code.query.resolve import Value
from shared_code.store.schema import companies, connections

CONNECTIONS: Schema = index_of(ConnectionShape)
"""What can be asked of a list of connections."""


def list_companies(
    tx: Connection, client_id: str, listing: Listing, *, tags: str | None = None
) -> tuple[list[Row[Any]], int]:
    """List a client's companies: one page, and how many match the query and the tags.

    `tags` is a query whose properties are the names of tags, as they are written.
    """
    matches = and_(
        companies.c.client_id == client_id,
        companies.c.deleted_at.is_(None),
        _condition(listing),
        _tag_condition(tx, tags),
    )
    total = tx.scalar(select(func.count()).select_from(companies).where(matches)) or 0
    page = _sorted(select(companies).where(matches), listing)
    return list(tx.execute(page.limit(listing.limit).offset(listing.offset)).all()), total


def _condition(listing: Listing) -> ColumnElement[bool]:
    conditions = listing.conditions(_COMPANIES)
    return true() if conditions is None else compile_filter(conditions, _operand)


def _tag_condition(tx: Connection, tags: str | None) -> ColumnElement[bool]:
    if not tags:
        return true()
    members = _members_of_tags(tx)
    return compile_filter(resolve(parse(tags), _Tags()), lambda found: _tag_operand(found, members))


def _sorted(query: Select[Any], listing: Listing) -> Select[Any]:
    order = listing.order(_COMPANIES)
    if order is not None:
        query = query.order_by(compile_order(order, _operand))
    return query.order_by(companies.c.created_at, companies.c.id)


def _of_platform(value: Callable[[Integration], str]) -> ColumnElement[str]:
    """What the catalogue says of a connection's platform."""
    said = {integration.platform: value(integration) for integration in CATALOGUE}
    return case(said, value=connections.c.platform, else_=null())


_last_sync = (
    select(func.max(connections.c.last_sync_at))
    .where(connections.c.company_id == companies.c.id, connections.c.deleted_at.is_(None))
    .correlate(companies)
    .scalar_subquery()
)

_OWN: dict[str, tuple[Kind, Operand]] = {
    "id": (Kind.TEXT, TextOperand(companies.c.id, is_id=True)),
    "name": (Kind.TEXT, TextOperand(companies.c.name)),
    "description": (Kind.TEXT, TextOperand(companies.c.description)),
    "created": (Kind.DATETIME, PlainOperand(companies.c.created_at)),
    "createdByUserName": (Kind.TEXT, TextOperand(companies.c.created_by)),
    "lastSync": (Kind.DATETIME, PlainOperand(_last_sync)),
}

_OF_CONNECTIONS: dict[str, tuple[Kind, Operand]] = {
    "id": (Kind.TEXT, TextOperand(connections.c.id, is_id=True)),
    "status": (Kind.TEXT, TextOperand(connections.c.status)),
    "created": (Kind.DATETIME, PlainOperand(connections.c.created_at)),
    "lastSync": (Kind.DATETIME, PlainOperand(connections.c.last_sync_at)),
    "integrationKey": (Kind.TEXT, TextOperand(_of_platform(lambda each: each.key))),
    "platformName": (Kind.TEXT, TextOperand(_of_platform(lambda each: each.name))),
    "sourceType": (Kind.TEXT, TextOperand(_of_platform(lambda each: each.source_type))),
}

_PREFIX = "dataConnections."

_COMPANIES: Schema = PropertyIndex(
    "Company",
    [
        *(Property(path, kind) for path, (kind, _) in _OWN.items()),
        *(
            Property(f"{_PREFIX}{path}", kind, many=True)
            for path, (kind, _) in _OF_CONNECTIONS.items()
        ),
    ],
)

_Exists = Callable[[ColumnElement[bool]], ColumnElement[bool]]
"""Says whether some member of a collection meets a condition."""


@dataclass(frozen=True, slots=True)
class _AnyMember:
    """A property with many values: any may match, and `!=` says that none equals."""

    member: Operand
    exists: _Exists

    @property
    def sort_key(self) -> ColumnElement[object]:
        """There is none."""
        raise Reject("A property with many values cannot be sorted by.")

    def matches(self, operator: Operator, value: Value) -> ColumnElement[bool]:
        if value is None:
            some = self.exists(self.member.matches(Operator.NOT_EQUAL, None))
            return some if operator is Operator.NOT_EQUAL else ~some
        if operator is Operator.NOT_EQUAL:
            return ~self.exists(self.member.matches(Operator.EQUAL, value))
        return self.exists(self.member.matches(operator, value))


def _operand(found: Property) -> Operand:
    if not found.many:
        return _OWN[found.path][1]
    member = _OF_CONNECTIONS[found.path.removeprefix(_PREFIX)][1]
    return _AnyMember(member, _some_connection)


def _some_connection(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        exists()
        .where(
            connections.c.company_id == companies.c.id,
            connections.c.deleted_at.is_(None),
            condition,
        )
        .correlate(companies)
    )


class _Tags:
    """Every name may be a tag's."""

    name = "Tags"
    names = ()

    def find(self, path: str) -> Property:
        return Property(path, Kind.TEXT)


# A table-valued function of SQLAlchemy has no narrower type.
def _members_of_tags(tx: Connection) -> Any:  # noqa: ANN401
    document = type_coerce(companies.c.tags, Text)
    if tx.dialect.name == "postgresql":
        return func.jsonb_each_text(cast(document, JSONB)).table_valued("key", "value")
    return func.json_each(document).table_valued("key", "value")


def _tag_operand(found: Property, members: Any) -> Operand:  # noqa: ANN401 - as above
    def some_tag(condition: ColumnElement[bool]) -> ColumnElement[bool]:
        named = members.c.key == found.path
        return exists().select_from(members).where(named, condition).correlate(companies)

    return _AnyMember(TextOperand(type_coerce(members.c.value, Text)), some_tag)
