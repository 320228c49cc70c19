"""Tenants: what a grant may reach at a provider."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organisation, a bank, a shop, by the provider's own id."""

    id: str
    name: str
