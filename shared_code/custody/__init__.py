"""Sealed grants and their one custodian."""
