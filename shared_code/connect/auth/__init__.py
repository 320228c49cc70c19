"""How companies grant access: what connectors declare, and the clients that carry it out."""
