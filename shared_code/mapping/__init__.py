"""From native records to unified ones, purely."""
