"""Bring the store that the settings name up to date: `python -m tools.migrate`."""

from __future__ import annotations

import sys

from shared_code.errors import CausewayError
from shared_code.store.migrations import migrate
from shared_code.store.settings import open_store


def main() -> int:
    """Migrate, and say in one sentence what is wrong if that cannot be."""
    try:
        migrate(open_store())
    except CausewayError as error:
        print(error.internal, file=sys.stderr)
        return 1
    print("The store is up to date.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
