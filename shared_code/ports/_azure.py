"""What the Azure adapters share: how they connect, and the way from the SDK's errors to ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, Self, TypeAlias, TypeVar

from azure.core.credentials import TokenCredential
from azure.core.exceptions import (
    HttpResponseError,
    IncompleteReadError,
    ResourceExistsError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.core.pipeline.transport import HttpTransport

from shared_code.errors import Abort, CausewayError, Retry
from shared_code.ports.settings import BlobSettings, MissingSetting, QueueSettings

BOUNDS = {"retry_total": 3, "connection_timeout": 5, "read_timeout": 30}
"""Options of every client: attempts after the first, and seconds."""

Transport: TypeAlias = HttpTransport[Any, Any]
"""The seam below every SDK client; each kind of request and answer will do."""

# Left alone, storage would pause for a minute in all before it gives up; so it is 14 seconds.
_STORAGE_BOUNDS = {**BOUNDS, "initial_backoff": 0, "increment_base": 2, "random_jitter_range": 1}

_TRANSIENT = {408, 429, 500, 502, 503, 504}


class _StorageService(Protocol):
    """What the clients of blobs and queues have in common; the options are the SDK's keywords."""

    def __init__(self, account_url: str, credential: TokenCredential, **options: Any) -> None: ...  # noqa: ANN401 - the SDK's

    @classmethod
    def from_connection_string(cls, conn_str: str, **options: Any) -> Self: ...  # noqa: ANN401 - the SDK's


_ServiceT = TypeVar("_ServiceT", bound=_StorageService)


def storage_service(
    service: type[_ServiceT],
    settings: BlobSettings | QueueSettings,
    *,
    credential: TokenCredential | None,
    transport: Transport | None,
) -> _ServiceT:
    """Connect with the connection string, else as `credential` or the app's identity.

    Raises `MissingSetting` where neither a connection string nor an account URL is set.
    """
    options = {**_STORAGE_BOUNDS, "transport": transport}
    if settings.connection:
        return service.from_connection_string(settings.connection.get_secret_value(), **options)
    if settings.account_url:
        return service(settings.account_url, credential or app_identity(), **options)
    prefix = settings.model_config["env_prefix"]
    raise MissingSetting(f"{prefix}KIND=azure", f"{prefix}CONNECTION", f"{prefix}ACCOUNT_URL")


def app_identity() -> TokenCredential:
    """Return the managed identity of the app, or whoever is signed in on a developer's machine."""
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - slow, and often not needed

    return DefaultAzureCredential()


@contextmanager
def translated_errors(service: str) -> Iterator[None]:
    """Raise the SDK's errors as `Retry` where waiting may help, else as `Abort`.

    `service` begins the public sentence.
    """
    try:
        yield
    except (ServiceRequestError, ServiceResponseError, IncompleteReadError) as error:
        raise Retry(f"{service} cannot be reached.", str(error)) from error
    except HttpResponseError as error:
        raise _by_status(service, error) from error


@contextmanager
def created_if_missing() -> Iterator[None]:
    """Create a container or queue that another may have created by now."""
    try:
        yield
    except ResourceExistsError as error:
        if _is_vanishing(error):
            raise


def error_code(error: HttpResponseError) -> str:
    """Return the name that the storage service gives the error, such as `BlobAlreadyExists`."""
    return str(getattr(error, "error_code", ""))


def _by_status(service: str, error: HttpResponseError) -> CausewayError:
    if error.status_code in _TRANSIENT or _is_vanishing(error):
        return Retry(f"{service} is busy.", str(error), retry_after=_retry_after(error))
    return Abort(f"{service} refused the request.", str(error))


def _is_vanishing(error: HttpResponseError) -> bool:
    """Tell whether a deleted container or queue of the same name is still on its way out."""
    return error_code(error).endswith("BeingDeleted")


def _retry_after(error: HttpResponseError) -> float | None:
    """Return the seconds that the service asked for; a date in their place counts as none."""
    header = str(getattr(error.response, "headers", {}).get("Retry-After", ""))
    return float(header) if header.isdecimal() else None
