"""Read settings from the environment, and say in one sentence what is wrong with them."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared_code.errors import Abort


class Settings(BaseSettings):
    """The environment variables of one area, whose model says their `env_prefix`.

    An empty value counts as none.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)


S = TypeVar("S", bound=Settings)


def load_settings(model: type[S]) -> S:
    """Read the settings of one area; `Abort` names each variable that is missing or invalid."""
    try:
        return model()
    except ValidationError as error:
        prefix = model.model_config.get("env_prefix", "")
        # Values stay out of it: they may be secrets.
        faults = "; ".join(
            f"{prefix}{'.'.join(str(part) for part in each['loc'])}".upper() + f": {each['msg']}"
            for each in error.errors(include_input=False, include_url=False)
        )
        raise Abort(
            "The platform is not configured completely.", f"Invalid settings. {faults}"
        ) from None
