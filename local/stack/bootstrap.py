"""Prepare what a new platform lacks: tables, a client with an API key, the provider's secret."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr

from local.stack.options import Options
from shared_code.access import ensure_client
from shared_code.ports.clock import SystemClock
from shared_code.ports.settings import VaultSettings
from shared_code.ports.vault import SecretNotFound, Vault, open_vault
from shared_code.store.migrations import migrate
from shared_code.store.settings import StoreSettings, open_store

CLIENT = "Local"


@dataclass(frozen=True, slots=True)
class Caller:
    """The platform's first client; `api_key` opens all its companies."""

    client_id: str
    api_key: str


def prepare(options: Options, client_secrets: dict[str, str]) -> Caller:
    """Bring store and vault up to date; repeating it changes nothing.

    `client_secrets` maps platforms, such as `xero`, to the secret that the provider knows us by.
    """
    options.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    vault = open_vault(VaultSettings(kind="file", file=options.vault_file))
    for platform, secret in client_secrets.items():
        _keep(vault, f"{platform.replace('_', '-')}-client-secret", secret)
    db = open_store(StoreSettings(url=SecretStr(options.store)))
    try:
        migrate(db)
        return Caller(*ensure_client(db, vault, SystemClock(), CLIENT))
    finally:
        db.close()


def _keep(vault: Vault, name: str, secret: str) -> None:
    """Store a secret, unless it is the newest version already."""
    try:
        known = vault.get(name).value.get_secret_value()
    except SecretNotFound:
        known = ""
    if known != secret:
        vault.set(name, SecretStr(secret))
