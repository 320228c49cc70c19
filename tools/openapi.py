"""Write the API's OpenAPI document: `python -m tools.openapi`; with `--check`, compare only."""

from __future__ import annotations

import sys

from fastapi import FastAPI
from pydantic import SecretStr

from functions.data_api.app import Reach
from functions.data_api.app import create_app as create_data_api
from functions.data_api.exports import Files
from functions.data_api.snapshots import Snapshots
from functions.platform_api.app import create_app as create_platform_api
from functions.platform_api.platform import Platform
from shared_code.access import KeySeal, Principal, Unauthorised
from shared_code.connect.addresses import Addresses
from shared_code.ports.blobs import open_blobs
from shared_code.ports.clock import SystemClock
from shared_code.ports.queue import open_queue
from shared_code.ports.settings import BlobSettings, QueueSettings, VaultSettings
from shared_code.ports.vault import open_vault
from shared_code.serve.connectors import Connectors
from shared_code.serve.documents import DOCUMENT, document, render
from shared_code.store.database import open_database

# Nobody answers there, and nobody is asked: the apps are only looked at.
_NOWHERE = "http://127.0.0.1:9"
_NO_STORE = "postgresql+psycopg://nobody@127.0.0.1:9/none"
_NO_BLOBS = BlobSettings(
    kind="azure",
    connection=SecretStr(f"BlobEndpoint={_NOWHERE};AccountName=nobody;AccountKey=bm9uZQ=="),
)


def apps() -> list[FastAPI]:
    """Make the apps of the API's services."""
    db = open_database(_NO_STORE)
    platform = Platform(
        db=db,
        queue=open_queue(QueueSettings(local_url=_NOWHERE)),
        clock=SystemClock(),
        seal=KeySeal(open_vault(VaultSettings())),
        addresses=Addresses(_NOWHERE),
        connectors=Connectors.at(_NOWHERE),
    )
    return [
        create_platform_api(platform, _nobody),
        create_data_api(
            db,
            _nobody,
            clock=platform.clock,
            snapshots=Snapshots(),
            reach=Reach(
                Files(open_blobs(_NO_BLOBS), platform.clock, _NOWHERE), platform.connectors
            ),
        ),
    ]


def rendered() -> str:
    """Give the text that the file should have."""
    return render(document(apps()))


def _nobody(header: str | None) -> Principal:
    del header
    raise Unauthorised("This app is not served.")


def main() -> int:
    """Write the file, or say whether it is up to date."""
    text = rendered()
    if "--check" in sys.argv[1:]:
        current = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
        print("up to date" if current == text else "run: python -m tools.openapi")
        return int(current != text)
    DOCUMENT.write_text(text, encoding="utf-8")
    print(f"wrote {DOCUMENT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
