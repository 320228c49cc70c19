"""The bodies that controls take, and the edits they lead to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

import httpx
from pydantic import AfterValidator, AnyHttpUrl, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from local.providers.books.edits import Editor, Target
from local.providers.books.model import DocumentKind
from local.providers.simulation.limits import Limits

CENTURY = 100 * 365.25 * 86_400
"""Seconds: no clock is moved further."""


def _called(text: str) -> str:
    """A URL as it was written, if it is one."""
    AnyHttpUrl(text)
    httpx.URL(text)
    return text


class Order(BaseModel):
    """A body of a control: camelCase names, nothing unknown."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


class EditOrder(Order):
    """Edit the books: the records named in `ids` or, without, `count` of them drawn by `seed`."""

    organisation: str = "0"
    operation: Literal[
        "touch",
        "change-amount",
        "void",
        "pay",
        "delete-payment",
        "create",
        "import-at-once",
        "archive-contact",
        "rename-contact",
        "delete-item",
        "update-item",
        "draft-credit",
        "void-credit",
        "delete-money",
        "delete-transfer",
        "delete-order",
        "archive-account",
    ]
    ids: tuple[str, ...] = ()
    count: int = Field(1, ge=1, le=10_000)
    seed: int = 1
    kind: Literal["invoice", "bill"] | None = None
    factor: Decimal = Field(
        Decimal("1.1"), gt=0, le=1_000, description="of the price, for change-amount"
    )
    share: Decimal = Field(Decimal(1), gt=0, le=1, description="of what is owed, for pay")


class ClockOrder(Order):
    """Move the clock by seconds, set it to an instant, or put it right again."""

    advance_seconds: float | None = Field(None, ge=-CENTURY, le=CENTURY)
    now: datetime | None = None
    reset: bool = False


class LimitsOrder(Order):
    """Switch limits on or off, change them, or forget the calls so far."""

    enabled: bool | None = None
    per_minute: int | None = Field(None, ge=1)
    per_day: int | None = Field(None, ge=1)
    at_once: int | None = Field(None, ge=1)
    app_per_minute: int | None = Field(None, ge=1)
    amounts: dict[str, Annotated[int, Field(ge=1)]] = {}
    reset: bool = False


class GrantOrder(Order):
    """Name a grant; without one, all are meant."""

    grant: str | None = None


class TenantOrder(Order):
    """Name a tenant, by id, position or name."""

    tenant: str


class SwitchOrder(Order):
    """Switch one kind of misbehaviour on or off."""

    name: str
    on: bool = True


class WebhookOrder(Order):
    """Send webhooks to a URL, signed with a secret; without a URL to nobody."""

    url: Annotated[str, AfterValidator(_called)] | None = None
    secret: str = Field("", max_length=200)


def perform(order: EditOrder, editor: Editor) -> list[str]:
    """Make an edit and give the ids of what changed; raises EditError."""
    target = Target(order.ids, order.count, order.seed)
    kind = DocumentKind(order.kind) if order.kind else None
    operations: dict[str, Callable[[], list[str]]] = {
        "touch": lambda: editor.touch(target),
        "change-amount": lambda: editor.change_amount(target, order.factor),
        "void": lambda: editor.void(target),
        "pay": lambda: editor.pay(target, order.share),
        "delete-payment": lambda: editor.delete_payment(target),
        "create": lambda: editor.create(target, kind or DocumentKind.INVOICE),
        "import-at-once": lambda: editor.import_at_once(target, kind or DocumentKind.BILL),
        "archive-contact": lambda: editor.archive_contact(target),
        "rename-contact": lambda: editor.rename_contact(target),
        "delete-item": lambda: editor.delete_item(target),
        "update-item": lambda: editor.update_item(target),
        "draft-credit": lambda: editor.draft_credit(target),
        "void-credit": lambda: editor.void_credit(target),
        "delete-money": lambda: editor.delete_money(target),
        "delete-transfer": lambda: editor.delete_transfer(target),
        "delete-order": lambda: editor.delete_order(target),
        "archive-account": lambda: editor.archive_account(target),
    }
    return operations[order.operation]()


def changed_limits(limits: Limits, order: LimitsOrder) -> Limits:
    """Give the limits with what an order says; raises ValueError for one that is not there."""
    changes = order.model_dump(exclude_none=True, exclude={"enabled", "amounts", "reset"})
    return replace(limits, **changes).with_amounts(order.amounts)
