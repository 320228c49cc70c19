"""How a mapping gets its record: validated first, and whatever is wrong with it is a `Reject`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import wraps
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from shared_code.errors import Reject
from shared_code.fetch.decoding import decode_json
from shared_code.model.digits import Digits


class Native(BaseModel):
    """A provider's object, as far as it is read: what is not named here is ignored.

    Numbers are read from their digits; a text may also be written as a number.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        coerce_numbers_to_str=True,
        # A limit also makes pydantic look into texts, and refuse those that have no UTF-8 form.
        str_max_length=1_000_000,
    )


Record = Mapping[str, Any] | Native
"""A record as the page gave it, or one that was read already."""

N = TypeVar("N", bound=Native)
T = TypeVar("T")
U = TypeVar("U")
L = TypeVar("L")
W = TypeVar("W")


def _missing(value: object) -> object:
    return None if value == "" else value


Text = Annotated[str | None, BeforeValidator(_missing)]
"""A text, of which an empty one says nothing."""

Amount = Annotated[Decimal, Digits(32, 14)]
"""Money, a rate or a quantity with all its digits, of which products are exact still."""


Some = Annotated[list[T], BeforeValidator(lambda value: [] if value is None else value)]
"""A list, of which null says that it is empty."""


class Named(Native):
    """What another record refers to by its id, and perhaps by its name."""

    id: Text = None
    name: Text = None


def rows_of(body: bytes, name: str) -> list[dict[str, Any]]:
    """Decode a page whose records lie under `name`; ValueError if it is no such page."""
    page = decode_json(body)
    return rows_in(page if isinstance(page, dict) else {}, name)


def rows_in(page: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Find the records of a decoded page under `name`; ValueError if there are none."""
    rows = page.get(name)
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise ValueError(f"no page of {name}")
    return rows


def _read(model: type[N], record: Record) -> N:
    """Read a record by the provider's names alone: to look for ours as well takes a while."""
    return model.model_validate(record, by_alias=True, by_name=False)


def reads(model: type[N]) -> Callable[[Callable[[N, L], U]], Callable[[Record, L], U]]:
    """Let a mapping take records as they come: `Reject` names the fields that are wrong."""

    def decorate(mapping: Callable[[N, L], U]) -> Callable[[Record, L], U]:
        @wraps(mapping)
        def read(record: Record, lookups: L) -> U:
            try:
                native = record if isinstance(record, model) else _read(model, record)
                return mapping(native, lookups)
            except ValidationError as error:
                raise Reject(f"{model.__name__} cannot be read: {reasons(error)}") from None

        return read

    return decorate


def mapping_of(model: type[N], write: Callable[[N, L, W], U], words: W) -> Callable[[Record, L], U]:
    """Make the mapping of a shape that differs in its names alone from what `write` takes.

    `words` are the provider's own for what is written, such as `accounts.AccountWords`.
    """

    def mapping(native: N, lookups: L) -> U:
        return write(native, lookups, words)

    return reads(model)(mapping)


def mappings_of(
    model: type[N], words: W, **writes: Callable[[N, L, W], U]
) -> dict[str, Callable[[Record, L], U]]:
    """Make the mappings of a shape that is of several data types at once, by data type."""
    return {data_type: mapping_of(model, write, words) for data_type, write in writes.items()}


def leniently(model: type[N]) -> Callable[[Record], Record]:
    """Read a record that feeds several types; what cannot be read is for their mappings to say."""

    def read(record: Record) -> Record:
        try:
            return _read(model, record)
        except ValidationError:
            return record

    return read


def readable(model: type[N], records: Iterable[Record]) -> Iterator[N]:
    """Read records that are looked up, and leave out those that cannot be read.

    Where such a record is one of its own data type, it is rejected there, with a reason.
    """
    for record in records:
        try:
            yield _read(model, record)
        except ValidationError:
            continue


def reasons(error: ValidationError) -> str:
    """Say which fields are wrong, without their values: those who read it may not see the books."""
    problems = error.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in problems[:5])
