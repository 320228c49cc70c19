"""Companies, connections, and how a company links a platform."""
