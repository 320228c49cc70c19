"""What bodies on the wire have in common."""

from __future__ import annotations

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Wire(BaseModel):
    """A JSON object of the API: snake_case in Python, camelCase on the wire.

    Unknown properties of a request are ignored: clients send back what they were given.
    """

    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )

    def wire(self) -> dict[str, object]:
        """Give the JSON object, without what is None."""
        return self.model_dump(mode="json", exclude_none=True)


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain the character U+0000")
    return text


NO_NUL = AfterValidator(_without_nul)
"""Annotates text that is stored: PostgreSQL cannot keep the character."""
