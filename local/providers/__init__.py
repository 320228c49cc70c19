"""Simulators of the providers: the same small businesses, told in each provider's own shapes."""
