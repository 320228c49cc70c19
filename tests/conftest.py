"""Fixtures that every test may ask for."""

from tests.support.fixtures import azurite, postgres

__all__ = ["azurite", "postgres"]
