"""The names of tables and columns, for those who need no more of the store."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

SHARED_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "id": "source_id",
        "sourceModifiedDate": "source_modified_at",
        "metadata.isDeleted": "is_deleted",
    }
)
"""Columns that every table has, whether or not its type has the property."""

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def snake(name: str) -> str:
    """Turn a data type's key or a property's path into a name that needs no quotes."""
    return _WORD_START.sub("_", re.sub(r"\W", "_", name)).lower()


def column_name(path: str) -> str:
    """The column that keeps the promoted property at `path`."""
    return SHARED_COLUMNS.get(path) or snake(path)
