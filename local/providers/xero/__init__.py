"""Xero's Accounting API 2.0, simulated."""
