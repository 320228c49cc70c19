"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Text, cast
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from shared_code.store.moments import from_micros, to_micros


class Instant(TypeDecorator[datetime]):
    """An aware UTC moment, kept as microseconds: one order and one precision everywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse naive moments: they would shift by the reader's zone."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs its zone: {value!r}")
        return to_micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Give the moment back in UTC."""
        del dialect
        return None if value is None else from_micros(value)


class Json(TypeDecorator[Any]):
    """A small JSON value that SQL never looks into (cursors, tags, payloads)."""

    impl = Text
    cache_ok = True

    # JSON is any value: the caller knows the shape of what it put in.
    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ANN401
        """Write compact text with sorted keys, so that equal values are equal text."""
        del dialect
        if value is None:
            return None
        return json.dumps(value, separators=(",", ":"), sort_keys=True)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401
        """Read the value back."""
        del dialect
        return None if value is None else json.loads(value)


class _Jsonb(UserDefinedType[str]):
    """PostgreSQL's jsonb, in and out as text: the bytes go to the wire unparsed."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "JSONB"

    def column_expression(self, colexpr: ColumnElement[str]) -> ColumnElement[str]:
        return cast(colexpr, Text)


class Document(TypeDecorator[str]):
    """A record's JSON text; jsonb on PostgreSQL, text that `json_extract` reads on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Pick jsonb where there is one."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(_Jsonb())
        return dialect.type_descriptor(Text())
