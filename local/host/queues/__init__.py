"""Queue triggers: the host's own durable queue, or a Storage account's."""
