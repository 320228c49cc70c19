"""What every simulator has: a clock, a ledger of calls, limits, misbehaviour, controls, a page."""
