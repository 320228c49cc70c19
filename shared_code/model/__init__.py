"""The unified data types: what every provider's records are mapped to, and what clients read.

`data_types` lists the closed set of 43 and what each is; the models live one module a type under
`accounting/`, `banking/` and `commerce/`. `encoding` writes a record as the bytes that are hashed,
stored and served.
"""

from shared_code.model.base import (
    SINGULAR_ID,
    AccountingRecord,
    Dated,
    Kind,
    Metadata,
    Promoted,
    Record,
    Shape,
)
from shared_code.model.data_types import DATA_TYPES, DataType, DataTypeInfo, Level
from shared_code.model.encoding import decode, encode
from shared_code.model.properties import Property, PropertyIndex, index_of, property_kind

__all__ = [
    "DATA_TYPES",
    "SINGULAR_ID",
    "AccountingRecord",
    "DataType",
    "DataTypeInfo",
    "Dated",
    "Kind",
    "Level",
    "Metadata",
    "Promoted",
    "Property",
    "PropertyIndex",
    "Record",
    "Shape",
    "decode",
    "encode",
    "index_of",
    "property_kind",
]
