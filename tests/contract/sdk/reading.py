"""What an SDK's operations read, found by their paths, and whether all of it arrives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from functions.data_api.routes import TREES
from functions.data_api.tracking import tree
from shared_code.model import DATA_TYPES, DataType, DataTypeInfo
from tests.contract.sdk.world import RECORDS, World
from tests.support.sdks import Operation, Sdk

Json = Any
"""What a parser made of JSON."""

_PLACE = re.compile(r"/companies/\{companyId\}(/connections/\{connectionId\})?/data/(.+)")
_AGED = re.compile(r"/companies/\{companyId\}/reports/aged(Creditor|Debtor)(/available)?")
_PAGE = 10
# Which are read one by one: those with ids of every form, and some that have every property.
_ONE_BY_ONE = (0, *range(RECORDS - 8, RECORDS + 2))

REPORTS = frozenset(
    {DataType.BALANCE_SHEET, DataType.CASH_FLOW_STATEMENT, DataType.PROFIT_AND_LOSS}
)
"""What is read by period."""

OPEN_ITEMS = (
    DataType.INVOICES,
    DataType.CREDIT_NOTES,
    DataType.PAYMENTS,
    DataType.BILLS,
    DataType.BILL_CREDIT_NOTES,
    DataType.BILL_PAYMENTS,
)
"""What aged reports are worked out of."""

BY_LINK = frozenset({"payments.payments"})
"""Lists of what settles something, which have to be told what."""

WRITES = {
    r"(POST|PUT|PATCH|DELETE) ": "writes, or orders work",
    r"GET .*/options/": "what may be written",
}
ATTACHMENTS = {r"GET .*/(attachments.*|pdf)$": "files, tested elsewhere"}


@dataclass(frozen=True)
class Read:
    """An operation that reads records of a type: all of them, one by its id, or the only one."""

    operation: Operation
    info: DataTypeInfo
    record: str | None

    @property
    def paged(self) -> bool:
        """Whether it takes pages and queries: the contract has it so for all lists but one."""
        return self.info.data_type is not DataType.COMMERCE_LOCATIONS

    def scope(self, world: World) -> dict[str, str]:
        """Where it looks."""
        given = {
            "companyId": world.company_id,
            "connectionId": world.connection(self.info.data_type).id,
        }
        return {name: given[name] for name in self.operation.parameters if name in given}


def reads(operations: Iterable[Operation]) -> Iterator[Read]:
    """Find those that read records, whatever an SDK calls them."""
    by_path = {_bare(info.path): info for info in DATA_TYPES.values()}
    for each in operations:
        found = _PLACE.fullmatch(each.path) if each.method == "GET" else None
        listed = by_path.get(_bare(found[2])) if found else None
        head, _, last = _bare(found[2]).rpartition("/") if found else ("", "", "")
        if listed:
            yield Read(each, listed, None)
        elif last == "{}" and head in by_path:
            yield Read(each, by_path[head], each.parameters[-1])


def aged(operations: Iterable[Operation]) -> list[Operation]:
    """Find what reads aged reports."""
    return [each for each in operations if _AGED.fullmatch(each.path)]


def _bare(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path).lower()


def unread(operations: Sequence[Operation], apart: Mapping[str, str]) -> set[str]:
    """What no test covers: operations without a reason, and reasons without an operation."""
    covered = {each.operation for each in reads(operations)} | {*aged(operations)}
    rest = [f"{each.method} {each.path}" for each in operations if each not in covered]
    found = {each: [reason for reason in apart if re.match(reason, each)] for each in rest}
    used = {reason for reasons in found.values() for reason in reasons}
    return {each for each, reasons in found.items() if not reasons} | (apart.keys() - used)


def differences(written: Json, arrived: Json, at: str = "") -> Iterator[str]:
    """Where what arrived is not what was written; numbers as doubles, exact up to 15 digits."""
    if isinstance(written, dict) and isinstance(arrived, dict):
        for name in written.keys() | arrived.keys():
            where = f"{at}.{name}" if at else name
            if name in written and name in arrived:
                yield from differences(written[name], arrived[name], where)
            else:
                yield f"{where} {'is lost' if name in written else 'is new'}"
    elif isinstance(written, list) and isinstance(arrived, list) and len(written) == len(arrived):
        for one, other in zip(written, arrived, strict=True):
            yield from differences(one, other, f"{at}[]")
    elif not _same(written, arrived):
        yield f"{at} was {written!r} and became {arrived!r}"


def _same(written: Json, arrived: Json) -> bool:
    if _is_number(written) and _is_number(arrived):
        return float(written) == float(arrived)
    return type(written) is type(arrived) and bool(written == arrived)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


@dataclass(frozen=True)
class Reader:
    """An SDK that reads the world; `lost` are paths of properties that it does not know."""

    sdk: Sdk
    world: World
    operations: list[Operation]
    lost: Mapping[DataType, frozenset[str]]

    def check(self, data_type: DataType) -> None:
        """List and get the records of a type wherever the SDK does."""
        found = [each for each in reads(self.operations) if each.info.data_type is data_type]
        assert found
        for each in found:
            if each.operation.name in BY_LINK:
                continue
            if each.record:
                self._check_records(each)
            elif each.info.of_account:
                self._check_accounts(each)
            elif each.info.singular:
                self._compare(each.info, [self.only(each)], self.world.records(data_type))
            else:
                self._check_list(each, self.world.records(data_type), {})

    def only(self, read: Read, **given: object) -> Json:
        """Read a type that is one object."""
        self.world.records(read.info.data_type)
        return self.sdk.call(read.operation.name, **read.scope(self.world), **given)

    def check_statement(self, data_type: DataType) -> None:
        """Read a statement by period wherever the SDK does."""
        found = [each for each in reads(self.operations) if each.info.data_type is data_type]
        assert found
        self.world.records(data_type)
        for each in found:
            self._check_report(each.operation, periodLength=1, periodsToCompare=2)

    def check_aged(self) -> None:
        """Read the aged reports, and whether they can be had."""
        for each in OPEN_ITEMS:
            self.world.records(each)
        found = aged(self.operations)
        assert len(found) == 4
        for operation in found:
            if operation.path.endswith("/available"):
                assert self.sdk.call(operation.name, companyId=self.world.company_id) is True
            else:
                given = {"reportDate": "2026-06-30", "numberOfPeriods": 3, "periodLengthDays": 30}
                self._check_report(operation, **given)

    def _check_report(self, operation: Operation, **given: object) -> None:
        """Compare a report that was worked out with what was sent."""
        path = operation.path.replace("{companyId}", self.world.company_id)
        arrived = self.sdk.call(operation.name, companyId=self.world.company_id, **given)
        sent = self.world.get(path, **given)
        moments = [each.pop("generated", "") for each in (sent, arrived)]
        assert all(isinstance(each, str) for each in moments)
        assert sent.get("reports") or sent.get("data")
        told = set(differences(sent, arrived))
        assert not told, sorted(told)

    def _check_accounts(self, read: Read) -> None:
        records = self.world.records(read.info.data_type)
        for account in {each["accountId"] for each in records if "accountId" in each}:
            of_it = [each for each in records if each.get("accountId") == account]
            self._check_list(read, of_it, {"accountId": account})

    def _check_list(self, read: Read, written: list[Json], within: dict[str, str]) -> None:
        """Read page by page, then by a query, then in both orders."""
        key = "id" if read.info.has_ids else "accountId"
        pages = self._pages(read, within)
        self._compare(read.info, pages, written)
        if not read.paged:
            return
        wanted = next(each for each in written if _is_plain(each.get(key, "")))
        found = self._page(read, within, query=f"{key}={wanted[key]}")
        self._compare(
            read.info, found["results"], [e for e in written if e.get(key) == wanted[key]]
        )
        up, down = (self._page(read, within, orderBy=f"{sign}{key}") for sign in ("", "-"))
        ordered = [[each[key] for each in page["results"]] for page in (up, down)]
        assert ordered[0] == ordered[1][::-1]
        assert len(ordered[0]) == len(written)

    def _pages(self, read: Read, within: dict[str, str]) -> list[Json]:
        first = self._page(read, within, page=1, pageSize=_PAGE)
        found = [*first.get("results", [])]
        for page in range(2, 2 + (first["totalResults"] - 1) // first["pageSize"]):
            found += self._page(read, within, page=page, pageSize=_PAGE)["results"]
        return found

    def _page(self, read: Read, within: dict[str, str], **given: object) -> Json:
        return self.sdk.call(read.operation.name, **read.scope(self.world), **within, **given)

    def _check_records(self, read: Read) -> None:
        records = self.world.records(read.info.data_type)
        for each in (records[place] for place in _ONE_BY_ONE if place < len(records)):
            written = each
            if read.info.data_type in TREES:
                written = {**tree(records, each["id"])}
            given = {read.record or "": each["id"]}
            found = self.sdk.call(read.operation.name, **read.scope(self.world), **given)
            self._compare(read.info, [found], [written])

    def _compare(self, info: DataTypeInfo, arrived: list[Json], written: list[Json]) -> None:
        assert len(arrived) == len(written)
        if info.data_type in TREES:
            written, arrived = [[_in_order(each) for each in side] for side in (written, arrived)]
        pairs = zip(_sorted(written), _sorted(arrived), strict=True)
        told = {each for pair in pairs for each in differences(*pair)}
        told -= {f"{path} is lost" for path in self.lost.get(info.data_type, ())}
        assert not told, sorted(told)


def _in_order(category: Json) -> Json:
    """A tree with what is below each category in the order of ids."""
    below = category.get("subCategories")
    held = {"subCategories": _sorted([_in_order(each) for each in below])} if below else {}
    return category | held


def _sorted(records: list[Json]) -> list[Json]:
    return sorted(
        records,
        key=lambda each: (each.get("id", ""), each.get("date", ""), each.get("accountId", "")),
    )


def _is_plain(text: str) -> bool:
    return re.fullmatch(r"[\w -]+", text) is not None
