"""Companies, connections and integrations as clients see them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from shared_code.model.base import Shape
from shared_code.model.data_types import DataType


class DataConnectionStatus(StrEnum):
    """What a connection is at."""

    PENDING_AUTH = "PendingAuth"
    LINKED = "Linked"
    UNLINKED = "Unlinked"
    DEAUTHORIZED = "Deauthorized"


class SourceType(StrEnum):
    """What kind of platform a connection leads to."""

    ACCOUNTING = "Accounting"
    BANKING = "Banking"
    BANK_FEED = "BankFeed"
    COMMERCE = "Commerce"
    EXPENSE = "Expense"
    OTHER = "Other"
    UNKNOWN = "Unknown"


class FeatureType(StrEnum):
    """What can be done with a data type."""

    GET = "Get"
    POST = "Post"
    CATEGORIZATION = "Categorization"
    DELETE = "Delete"
    PUT = "Put"
    GET_AS_PDF = "GetAsPdf"
    DOWNLOAD_ATTACHMENT = "DownloadAttachment"
    GET_ATTACHMENT = "GetAttachment"
    GET_ATTACHMENTS = "GetAttachments"
    UPLOAD_ATTACHMENT = "UploadAttachment"


class FeatureState(StrEnum):
    """How far a feature has come."""

    RELEASE = "Release"
    ALPHA = "Alpha"
    BETA = "Beta"
    DEPRECATED = "Deprecated"
    NOT_SUPPORTED = "NotSupported"
    NOT_IMPLEMENTED = "NotImplemented"


Uri = Annotated[str, Field(json_schema_extra={"format": "uri"})]


class DataConnectionError(Shape):
    """Why a connection could not be linked or read."""

    status_code: str
    status_text: str
    error_message: str
    errored_on_utc: datetime
    status: Literal["Active", "Resolved"]
    resolved_on_utc: datetime | None = None


class Connection(Shape):
    """A company's link to one platform."""

    id: str
    integration_id: str
    integration_key: str = Field(description="Four letters that name the platform.")
    source_id: str
    source_type: SourceType
    platform_name: str
    link_url: Uri = Field(description="Where the company grants access; opened in a browser.")
    status: DataConnectionStatus
    last_sync: datetime | None = None
    created: datetime
    data_connection_errors: list[DataConnectionError] = Field(default_factory=list)


class CompanyReference(Shape):
    """A company, as other objects mention it."""

    id: str
    name: str
    description: str | None = None
    tags: dict[str, str]


class CompanyDetails(Shape):
    """A company without its connections."""

    id: str
    name: str
    redirect: Uri = Field(description="The hosted page where the company links its platforms.")
    description: str | None = None
    last_sync: datetime | None = Field(default=None, description="The latest of any connection.")
    created: datetime
    created_by_user_name: str | None = None
    products: list[str] = Field(default_factory=list)
    tags: dict[str, str]
    owner_user_ids: list[str] = Field(default_factory=list)
    reference_subsidiary_companies: list[CompanyReference] = Field(default_factory=list)


class Company(CompanyDetails):
    """A business whose data is read, with all its connections."""

    data_connections: list[Connection]


class SupportedFeature(Shape):
    """One thing that can be done with a data type."""

    feature_type: FeatureType
    feature_state: FeatureState


class DataTypeFeature(Shape):
    """What an integration can do with a data type."""

    data_type: DataType
    supported_features: list[SupportedFeature]


class Integration(Shape):
    """A platform that companies can link."""

    key: str
    logo_url: Uri
    name: str
    enabled: bool
    source_id: str
    source_type: SourceType
    integration_id: str
    is_offline_connector: bool
    is_beta: bool
    datatype_features: list[DataTypeFeature]


class Image(Shape):
    """Where a picture is, and what it shows."""

    src: Uri
    alt: str


class ImageReference(Shape):
    """A picture."""

    image: Image


class Logo(Shape):
    """An integration's logo in two formats."""

    full: ImageReference
    square: ImageReference


class Button(Shape):
    """A button that links the integration."""

    default: ImageReference
    hover: ImageReference


class Branding(Shape):
    """An integration's pictures."""

    logo: Logo
    button: Button
    source_id: str
