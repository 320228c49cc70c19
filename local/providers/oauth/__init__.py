"""An OAuth 2.0 authorisation server for simulators: one user, one client, rotating tokens."""
