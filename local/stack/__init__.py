"""The platform on one machine: host, simulators and everything they need, started and stopped."""
