"""Provider HTTP: egress, paging, and what an answer means."""
