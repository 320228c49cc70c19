"""Webhooks: a signed POST to a configured URL on each edit of the books."""

import base64
import hashlib
import hmac
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Literal, Protocol
from uuid import uuid4

import httpx
import orjson

KEPT, SECONDS = 200, 5.0


@dataclass(frozen=True, slots=True)
class Change:
    """What an edit did to one record; `kind` is the books' word, such as `invoice`."""

    kind: str
    id: str
    action: Literal["created", "changed", "deleted"]


@dataclass(frozen=True, slots=True)
class Notice:
    """All that one edit changed, in one organisation."""

    id: str
    tenant: str
    at: datetime
    changes: Sequence[Change]


class Sign(Protocol):
    """A signature scheme: gives the headers that prove a body."""

    def __call__(self, body: bytes, secret: str, notice: Notice) -> Mapping[str, str]:
        """Sign."""


@dataclass(frozen=True, slots=True)
class Hmac:
    """A header with the HMAC-SHA256 of the body, as hexadecimal digits or base64."""

    header: str
    encoding: Literal["hex", "base64"] = "hex"

    def __call__(self, body: bytes, secret: str, notice: Notice) -> Mapping[str, str]:
        """Sign the body."""
        del notice
        digest = hmac.digest(secret.encode(), body, hashlib.sha256)
        encoded = digest.hex() if self.encoding == "hex" else base64.b64encode(digest).decode()
        return {self.header: encoded}


@dataclass(frozen=True, slots=True)
class Timed:
    """A header `t=<seconds>,v1=<hex>` over the time and the body, as Stripe signs."""

    header: str

    def __call__(self, body: bytes, secret: str, notice: Notice) -> Mapping[str, str]:
        """Sign the time and the body."""
        seconds = int(notice.at.timestamp())
        digest = hmac.digest(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256)
        return {self.header: f"t={seconds},v1={digest.hex()}"}


def standard(body: bytes, secret: str, notice: Notice) -> Mapping[str, str]:
    """Sign as Standard Webhooks says; the secret is base64 after `whsec_`."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    seconds = int(notice.at.timestamp())
    signed = f"{notice.id}.{seconds}.".encode() + body
    digest = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return {
        "webhook-id": notice.id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{digest}",
    }


@dataclass(frozen=True, slots=True)
class Webhooks:
    """A provider's webhooks: what their body says, and how it is signed.

    `body` gives one JSON value a POST, so that a provider which tells of each record by itself
    gives several.
    """

    body: Callable[[Notice], Sequence[object]]
    sign: Sign


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where webhooks go, and the secret that signs them."""

    url: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A POST and what came of it; no status where nobody answered."""

    url: str
    at: str
    bytes: int
    status: int | None
    error: str | None = None


class Hooks:
    """The subscription of one simulator, and its last deliveries."""

    def __init__(self, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.scheme: Webhooks | None = None
        self.subscription: Subscription | None = None
        self.deliveries: deque[Delivery] = deque(maxlen=KEPT)
        self._transport = transport

    async def tell(self, tenant: str, at: datetime, changes: Sequence[Change]) -> None:
        """Send what changed, if anybody wants to know; a receiver that fails is only noted."""
        if self.scheme is None or self.subscription is None or not changes:
            return
        notice = Notice(str(uuid4()), tenant, at, changes)
        async with httpx.AsyncClient(timeout=SECONDS, transport=self._transport) as client:
            for content in self.scheme.body(notice):
                delivery = await self._send(client, orjson.dumps(content), notice)
                self.deliveries.append(delivery)

    async def _send(self, client: httpx.AsyncClient, body: bytes, notice: Notice) -> Delivery:
        scheme, to = self.scheme, self.subscription
        if scheme is None or to is None:
            raise LookupError("nobody subscribed")
        signed = scheme.sign(body, to.secret, notice)
        headers = {"Content-Type": "application/json", **signed}
        status, trouble = None, None
        try:
            status = (await client.post(to.url, content=body, headers=headers)).status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            trouble = type(error).__name__
        return Delivery(to.url, notice.at.isoformat(), len(body), status, trouble)

    def as_json(self) -> dict[str, object]:
        """Tell the subscription without its secret, and the deliveries, oldest first."""
        return {
            "supported": self.scheme is not None,
            "url": self.subscription.url if self.subscription else None,
            "deliveries": [asdict(each) for each in self.deliveries],
        }
