"""Who calls: clients, their API keys, and what a key proves."""

from shared_code.access.principal import Forbidden, Principal, Unauthorised

__all__ = ["Forbidden", "Principal", "Unauthorised"]
