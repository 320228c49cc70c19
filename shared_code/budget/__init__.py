"""Budgets: a provider's limits, counted in the store for all instances that share them."""
