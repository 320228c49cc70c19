"""The platform under Microsoft's own Functions host, the Core Tools' `func start`."""
