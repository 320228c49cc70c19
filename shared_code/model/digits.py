"""How many digits an amount may have, held against it without counting those of every amount."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from pydantic import GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, PydanticKnownError, SchemaValidator, core_schema

FEW = 14
"""Characters of an amount's text that are certainly not too many, wherever its point is."""


@dataclass(frozen=True, slots=True)
class Digits:
    """At most so many digits, and so many of them after the point.

    Both, and the difference between them, are `FEW` or more (ValueError).

    It refuses what `Field(max_digits=..., decimal_places=...)` does, in the same words. That takes
    an amount apart into its digits, which was a tenth of the time that a page took to be mapped.
    """

    most: int
    places: int

    def __post_init__(self) -> None:
        if min(self.places, self.most - self.places) < FEW:
            raise ValueError(f"What may be short of {FEW} digits has to be counted by pydantic.")

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Let those pass that are short, and leave the others to pydantic."""
        limited = SchemaValidator(
            core_schema.decimal_schema(max_digits=self.most, decimal_places=self.places)
        )

        def held(amount: Decimal) -> Decimal:
            text = str(amount)
            if len(text) <= FEW and "E" not in text:
                return amount
            try:
                limited.validate_python(amount)
            except ValidationError as error:
                [found] = error.errors(include_url=False)
                raise PydanticKnownError(found["type"], found.get("ctx")) from None  # type: ignore[arg-type]
            return amount

        return core_schema.no_info_after_validator_function(held, handler(source))
