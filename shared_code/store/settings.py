"""Where the store is."""

from __future__ import annotations

from pydantic import Field, SecretStr
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from shared_code.errors import Abort
from shared_code.settings import Settings, load_settings
from shared_code.store.database import Database, open_database


class StoreSettings(Settings, env_prefix="CAUSEWAY_STORE_"):
    """The relational store."""

    # A secret, since it holds the password where there is one.
    url: SecretStr = Field(
        default=SecretStr("sqlite:///.local/data/causeway.db"),
        description="SQLAlchemy URL: `sqlite:///path` or `postgresql+psycopg://user@host/name`. "
        "A server has 10 seconds to answer, or those of the URL's `connect_timeout`.",
    )


def open_store(settings: StoreSettings | None = None) -> Database:
    """Open the store that the settings name, by default those of the environment.

    A URL that no store understands raises `Abort`.
    """
    url = (settings or load_settings(StoreSettings)).url.get_secret_value()
    try:
        return open_database(url)
    except (ArgumentError, NoSuchModuleError) as error:
        raise Abort(
            "The platform is not configured completely.",
            "CAUSEWAY_STORE_URL is no URL of a store: give sqlite:///path"
            " or postgresql+psycopg://user@host/name.",
        ) from error
