"""The seeded ledger every simulator tells about in its own shapes."""
