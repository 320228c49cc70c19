"""Who calls: clients, their API keys, and what a key proves."""

from shared_code.access.clients import create_client, ensure_client
from shared_code.access.keys import (
    MAX_KEYS,
    ApiKey,
    authenticate,
    delete_key,
    issue_key,
    key_check,
    list_keys,
)
from shared_code.access.principal import Forbidden, Principal, Unauthorised
from shared_code.access.seal import KeySeal

__all__ = [
    "MAX_KEYS",
    "ApiKey",
    "Forbidden",
    "KeySeal",
    "Principal",
    "Unauthorised",
    "authenticate",
    "create_client",
    "delete_key",
    "ensure_client",
    "issue_key",
    "key_check",
    "list_keys",
]
