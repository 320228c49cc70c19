"""Where `make` installs what `tests/support/node/package.json` pins."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NODE_MODULES = ROOT / ".local" / "node" / "node_modules"
