"""The relational store: tables, transactions, record versions."""
