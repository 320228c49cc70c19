"""Durable Functions on an event-sourced SQLite store."""
