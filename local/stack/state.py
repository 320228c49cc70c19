"""The file that tells scripts where the stack is and how to call it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.stack.running import Stack

OWNER_ONLY = 0o600


@contextmanager
def announced(stack: Stack, file: Path) -> Iterator[None]:
    """Describe the stack in `file`, which only its owner may read, as long as it runs."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as text:
        json.dump(stack.as_json(), text, indent=2)
    draft.replace(file)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
