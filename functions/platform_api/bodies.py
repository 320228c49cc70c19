"""What clients send, checked."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shared_code.connect.companies import CompanyFields
from shared_code.connect.sync_settings import SyncSetting
from shared_code.serve.wire import NO_NUL, Wire

_TagName = Annotated[str, Field(min_length=1, max_length=27), NO_NUL]
_TagValue = Annotated[str, Field(max_length=100), NO_NUL]
Tags = Annotated[
    dict[_TagName, _TagValue],
    Field(max_length=10, description="At most 10; names of 27 and values of 100 characters."),
]
_Name = Annotated[
    str,
    Field(min_length=1, description="Anything but A-Z a-z 0-9 space - ' , & @ . ? ! is removed."),
    NO_NUL,
]
_Description = Annotated[str, NO_NUL]


class CompanyRequestBody(Wire):
    """A company to create, or to replace another's properties."""

    name: _Name
    description: _Description | None = None
    tags: Tags | None = None

    def fields(self) -> CompanyFields:
        """Give what it says about the company."""
        return CompanyFields(self.name, self.description, self.tags or {})


class NewCompany(CompanyRequestBody):
    """A company to create, with its first connection if a platform is named."""

    platform_key: str | None = Field(
        default=None, description="Creates a connection to this integration, too."
    )


class CompanyUpdateRequest(Wire):
    """What to change; what is left out stays. Empty tags clear them."""

    name: _Name | None = None
    description: _Description | None = None
    tags: Tags | None = None


class NewConnection(Wire):
    """A connection to create."""

    platform_key: str = Field(description="The integration's four letters, such as `gbol`.")


Given = Annotated[
    dict[Annotated[str, Field(max_length=100)], Annotated[str, Field(max_length=16_384), NO_NUL]],
    Field(max_length=30),
]
"""A company's access as it was granted elsewhere, by the integration's own names."""


class UpdateConnectionStatus(Wire):
    """What a connection should become."""

    status: Literal["Unlinked"]


class CreateApiKey(Wire):
    """A key to create."""

    name: Annotated[str, Field(max_length=50), NO_NUL] | None = None


class CompanySyncSettingsBody(Wire):
    """The settings of a company; none of its own when `overridesDefaults` is false."""

    company_id: str
    settings: list[SyncSetting]
    overrides_defaults: bool = True


class SyncSettingsBody(Wire):
    """The settings of a client."""

    client_id: str
    settings: list[SyncSetting]
    overrides_defaults: bool = True


class NewExport(Wire):
    """An export to begin."""

    data_type: str = Field(description="Such as `invoices`.")
    query: Annotated[str, NO_NUL] | None = Field(
        default=None, description="Which records, as in a list; all of them by default."
    )
    as_of: str | None = Field(
        default=None,
        description="As they were published at this moment, such as 2026-03-31T17:00:00Z.",
    )


class NewRemap(Wire):
    """What to map again, and how."""

    data_types: Annotated[list[str], Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Such as `invoices`; all that were synced by default."
    )
    mapping_version: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None, description="Of the connector's mapping; today's by default."
    )
    dry_run: bool = Field(default=False, description="Only say what would change.")
