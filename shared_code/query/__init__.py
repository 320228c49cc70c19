"""The query language of lists: text to syntax tree, to typed conditions, to SQL.

    parse(text) -> Query          syntax only: `parser`, `ast`
    resolve(query, schema)        properties looked up, values typed: `resolve`
    compile_filter(conditions)    SQLAlchemy, bound parameters only: `sql`, with `operands`
    evaluate(conditions, record)  the same meaning, in memory: `evaluate`

What comparing means, everywhere:

* Text is compared in any case. An id, which may differ from another by case alone, equals the value
  as written, or all in lower or all in upper case.
* `~` finds a piece of text; the value has no wildcards.
* Numbers and money are compared exactly, but for those without a column of their own on SQLite, to
  15 digits. Moments are compared as instants; without a zone they are UTC.
* A missing property differs (`!=`) from every value, and every other comparison with it is false.
  `= null` and `!= null` ask whether it is missing.
* Of a property with many values, `!=` says that none equals, everything else that any matches.
"""

from shared_code.query.ast import Clause, Every, Operator, Query, Some
from shared_code.query.evaluate import evaluate
from shared_code.query.parser import parse, parse_order
from shared_code.query.resolve import (
    Condition,
    Filter,
    Order,
    Schema,
    read_moment,
    resolve,
    resolve_order,
)
from shared_code.query.sql import Columns, Operand, compile_filter, compile_order

__all__ = [
    "Clause",
    "Columns",
    "Condition",
    "Every",
    "Filter",
    "Operand",
    "Operator",
    "Order",
    "Query",
    "Schema",
    "Some",
    "compile_filter",
    "compile_order",
    "evaluate",
    "parse",
    "parse_order",
    "read_moment",
    "resolve",
    "resolve_order",
]
