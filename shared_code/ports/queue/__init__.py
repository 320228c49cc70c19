"""Messages between function apps: wake-up calls, never the only copy of anything."""

from shared_code.ports.queue.factory import open_queue
from shared_code.ports.queue.port import MAX_TEXT_BYTES, InvalidMessage, Queue

__all__ = ["MAX_TEXT_BYTES", "InvalidMessage", "Queue", "open_queue"]
