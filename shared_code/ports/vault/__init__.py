"""Keys and client secrets, with their versions."""

from shared_code.ports.vault.factory import open_vault
from shared_code.ports.vault.port import InvalidSecret, Secret, SecretNotFound, Vault

__all__ = ["InvalidSecret", "Secret", "SecretNotFound", "Vault", "open_vault"]
