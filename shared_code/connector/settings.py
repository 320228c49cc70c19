"""Settings that connectors have in common, so that each explains them in the same words."""

from __future__ import annotations

from pydantic import Field


def registered_id(provider: str) -> str:
    """Say as whom we come: the id that the provider gave to the app; empty before that."""
    told = f"Client id of the app registered at {provider}; nobody can link without."
    return Field(default="", description=told)


def base_url(default: str, of: str) -> str:
    """Say where something of the provider is; a simulator has another URL."""
    return Field(default=default, description=f"Base URL of {of}.")


def records_at_once(most: int) -> int:
    """Say how many records to ask for, at most as many as the provider gives at once."""
    told = "Records to ask for at once; fewer take more calls and less memory."
    return Field(default=most, ge=1, le=most, description=told)


def calls(amount: int, counted: str) -> int:
    """Say how many calls a limit allows, which differs between plans."""
    return Field(default=amount, ge=0, description=f"Calls {counted}; 0 counts none.")
