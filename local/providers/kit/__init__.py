"""The kit: a provider is declared, and the rest of its simulator follows."""
