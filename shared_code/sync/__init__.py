"""Runs: from a request for data to a published generation."""
