"""Raw pages: what the provider said, kept as it said it."""
