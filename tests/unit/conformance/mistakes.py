"""Mistakes that may be made in a connector, each with the check that is meant for it."""

from __future__ import annotations

import contextlib
import itertools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeGuard
from urllib.parse import urlsplit

import httpx

from shared_code.connect.auth.declared import Granted
from shared_code.connect.tenant import Tenant
from shared_code.connector import Connector
from shared_code.fetch.paging import Answer, Cursor, Key, Links, ModifiedSince, Stuck
from shared_code.limits import Answered, Limit
from shared_code.model import Metadata
from shared_code.spec import Feed, Page, Resource

Break = Callable[[Connector], Connector]
# A mapping, a record: what kind does not matter here.
Value = Any

_counter = itertools.count()


@dataclass(frozen=True, slots=True)
class EndsEarly(ModifiedSince):
    """Takes the first page for the last."""

    def advance(self, cursor: Cursor, answer: Answer) -> Cursor:
        return {**ModifiedSince.advance(self, cursor, answer), "done": True}


@dataclass(frozen=True, slots=True)
class SavesEarly(ModifiedSince):
    """Begins the next pass at the present, whatever was read."""

    def merge(self, cursors: Sequence[Cursor], now: datetime) -> Cursor:
        begun = ModifiedSince.merge(self, cursors, now)
        return {"since": now.strftime("%Y-%m-%dT%H:%M:%S")} if begun else begun


@dataclass(frozen=True, slots=True)
class PassesSeconds(ModifiedSince):
    """Goes on with the next second where one is crowded."""

    def advance(self, cursor: Cursor, answer: Answer) -> Cursor:
        after = ModifiedSince.advance(self, cursor, answer)
        if "page" not in after:
            return after
        second = datetime.fromisoformat(str(after["since"])) + timedelta(seconds=1)
        return {"since": second.isoformat()}


@dataclass(frozen=True, slots=True)
class EndsEmpty(Links):
    """Takes an empty page for the last, whatever follows."""

    def advance(self, cursor: Cursor, answer: Answer) -> Cursor:
        return Links.advance(self, cursor, answer) if answer.keys else {"done": True}


@dataclass(frozen=True, slots=True)
class MindsNoHost(Links):
    """Goes on with a link's path, whatever host it names."""

    def advance(self, cursor: Cursor, answer: Answer) -> Cursor:
        path = urlsplit(answer.next or "")._replace(scheme="", netloc="").geturl()
        return Links.advance(self, cursor, replace(answer, next=path or None))


@dataclass(frozen=True, slots=True)
class EndsWithWhatComesAgain(ModifiedSince):
    """Takes a page that is the last one again for the end."""

    def advance(self, cursor: Cursor, answer: Answer) -> Cursor:
        try:
            return ModifiedSince.advance(self, cursor, answer)
        except Stuck:
            return {"since": cursor.get("since"), "done": True}


@dataclass(frozen=True, slots=True)
class GoesRound(ModifiedSince):
    """Does not see that a page is the last one again."""

    def advance(self, cursor: Cursor, answer: Answer) -> Cursor:
        forgetful = {name: value for name, value in cursor.items() if name != "shown"}
        return ModifiedSince.advance(self, forgetful, answer)


def linked_by(paging: type[Links]) -> Break:
    def change(resource: Resource) -> Resource:
        was = resource.paging
        return replace(resource, paging=paging(was.write, was.size)) if _links(was) else resource

    return on_lists(change)


def _links(paging: object) -> TypeGuard[Links]:
    return isinstance(paging, Links)


def keys_change(resource: Resource) -> Resource:
    """Know a record by its id and its last change: each edit makes another one of it."""

    def key(record: Value) -> Key:
        known = resource.key(record)
        return known._replace(id=f"{known.id} {known.modified}")

    return replace(resource, key=key)


def on_lists(change: Callable[[Resource], Resource]) -> Break:
    """Change every list of a connector."""

    def broken(connector: Connector) -> Connector:
        resources = tuple(change(each) for each in connector.source.resources)
        return replace(connector, source=replace(connector.source, resources=resources))

    return broken


def paged_by(paging: type[ModifiedSince]) -> Break:
    def change(resource: Resource) -> Resource:
        was = resource.paging
        if not isinstance(was, ModifiedSince):
            return resource
        return replace(resource, paging=paging(was.params, was.page_size, was.write))

    return on_lists(change)


def mapped_by(change: Callable[[Callable[..., Value], Value, Value], Value]) -> Break:
    """Put something around every mapping; it gets the mapping, the record and the lookups."""

    def around(feed: Feed) -> Feed:
        return replace(feed, map=lambda record, lookups: change(feed.map, record, lookups))

    return on_lists(lambda each: replace(each, feeds=tuple(around(feed) for feed in each.feeds)))


def changed(record: Value, **values: object) -> Value:
    known = {name: value for name, value in values.items() if hasattr(record, name)}
    return record.model_copy(update=known) if record is not None else None


def mutates(feed_map: Callable[..., Value], record: Value, lookups: Value) -> Value:
    mapped = feed_map(record, lookups)
    (record if isinstance(record, dict) else record.__dict__)["Seen"] = True
    return mapped


def rounds(feed_map: Callable[..., Value], record: Value, lookups: Value) -> Value:
    mapped = feed_map(record, lookups)
    total = getattr(mapped, "total_amount", None)
    return mapped if total is None else changed(mapped, total_amount=total.quantize(Decimal(1)))


def numbers(feed_map: Callable[..., Value], record: Value, lookups: Value) -> Value:
    mapped = feed_map(record, lookups)
    return changed(mapped, id=f"{getattr(mapped, 'id', '')}-{next(_counter)}")


def forgets_deletions(feed_map: Callable[..., Value], record: Value, lookups: Value) -> Value:
    return changed(feed_map(record, lookups), metadata=Metadata())


def trusts(feed_map: Callable[..., Value], record: Value, lookups: Value) -> Value:
    """Take for granted that ids, names and words are text."""
    for name in record if isinstance(record, dict) else ():
        if name.endswith(("ID", "Name", "Status", "Type", "Code")):
            record[name].strip()
    return feed_map(record, lookups)


def swallows(resource: Resource) -> Resource:
    """Take what cannot be read for a page without records."""

    def parse(body: bytes) -> Page:
        try:
            return resource.parse(body)
        except ValueError:
            return Page([])

    return replace(resource, parse=parse)


def before_tenants(act: Callable[[Granted], object]) -> Break:
    """Do something with a fresh grant before its tenants are listed."""

    def broken(connector: Connector) -> Connector:
        def tenants(granted: Granted) -> Sequence[Tenant]:
            act(granted)
            return connector.tenants(granted)

        return replace(connector, tenants=tenants)

    return broken


def leaks(granted: Granted) -> None:
    logging.getLogger("planted").warning("granted %s", granted.token.get_secret_value())


def leaks_by_an_error(granted: Granted) -> None:
    try:
        _refused(f"/?access_token={granted.token.get_secret_value()}")
    except httpx.HTTPError:
        logging.getLogger("planted").exception("it failed")


def _refused(url: str) -> None:
    raise httpx.HTTPError(f"GET {url} was refused")


def calls_elsewhere(granted: Granted) -> None:
    del granted
    with contextlib.suppress(httpx.HTTPError):
        httpx.get("http://127.0.0.1:9/", trust_env=False)


def keeps_access(connector: Connector) -> Connector:
    return replace(connector, disconnect=lambda _granted, _tenant: None)


def limited_by(change: Callable[[Limit], Limit]) -> Break:
    """Declare every limit in another way."""

    def broken(connector: Connector) -> Connector:
        was = connector.source.limits
        limits = replace(was, of=tuple(change(each) for each in was.of))
        return replace(connector, source=replace(connector.source, limits=limits))

    return broken


def takes_every_refusal_for_the_tenants(connector: Connector) -> Connector:
    def exceeded(answered: Answered) -> str | None:
        return "minute" if answered.status == 429 else None

    limits = replace(connector.source.limits, exceeded=exceeded)
    return replace(connector, source=replace(connector.source, limits=limits))


KEPT = "test_the_limits_of_the_provider_are_kept"
OBEYED = "test_a_refusal_closes_a_limit_for_all_who_share_it_until_it_is_over"

Mistake = tuple[Break, str, tuple[str, ...]]
"""What is broken, the check that is to find it, and what that is given."""

MISTAKES: dict[str, Mistake] = {
    "mapping changes what it is given": (mapped_by(mutates), "test_mapping_is_pure", ()),
    "maps by what no other process finds": (
        lambda connector: replace(connector, make_source=lambda: connector.source),
        "test_a_page_comes_to_the_same_in_a_process_of_its_own",
        (),
    ),
    "rounds money": (mapped_by(rounds), "test_money_is_exact_to_the_cent", ()),
    "takes half a page for an empty one": (
        on_lists(swallows),
        "test_a_page_that_was_cut_gives_no_record",
        (),
    ),
    "calls a host that is not declared": (
        before_tenants(calls_elsewhere),
        "test_no_host_is_called_but_the_declared",
        (),
    ),
    "passes over what a crowded second still holds": (
        paged_by(PassesSeconds),
        "test_a_second_that_holds_more_than_a_page_is_read_whole",
        ("between two syncs",),
    ),
    "believes that it may call more at once": (
        limited_by(lambda each: each if each.per else replace(each, amount=each.amount + 1)),
        KEPT,
        (),
    ),
    "believes that a minute holds more": (
        limited_by(
            lambda each: replace(each, amount=2 * each.amount) if each.name == "minute" else each
        ),
        KEPT,
        (),
    ),
    "counts the app's calls for each tenant": (
        limited_by(lambda each: replace(each, scope="connection")),
        KEPT,
        (),
    ),
    "knows nothing of a limit": (
        limited_by(lambda each: replace(each, amount=0) if each.name == "day" else each),
        KEPT,
        (),
    ),
    "takes the app's refusals for one tenant's": (
        takes_every_refusal_for_the_tenants,
        OBEYED,
        (),
    ),
}

IN_THE_KIOSK: dict[str, Mistake] = {
    "takes an empty page for the end": (
        linked_by(EndsEmpty),
        "test_an_empty_page_with_more_to_come_is_not_the_end",
        (),
    ),
    "minds no link's host": (
        linked_by(MindsNoHost),
        "test_a_next_link_to_another_host_is_not_followed",
        (),
    ),
    "takes a page that comes again for the end": (
        paged_by(EndsWithWhatComesAgain),
        "test_a_first_pass_over_the_same_page_again_and_again_comes_to_an_end",
        (),
    ),
    "doubles what was edited": (
        on_lists(keys_change),
        "test_what_is_deleted_shows_as_deleted_and_nothing_else_vanishes",
        (),
    ),
}
"""In a connector whose provider has a list of each kind."""

SLOW: dict[str, Mistake] = {
    "does not count its calls": (
        limited_by(lambda each: replace(each, paths="/elsewhere") if each.per else each),
        KEPT,
        (),
    ),
    "keeps the access it was to give back": (
        keeps_access,
        "test_unlinking_gives_the_access_back_and_keeps_the_data",
        (),
    ),
    "takes a web page for an empty list": (
        on_lists(swallows),
        "test_trouble_that_lasts_ends_by_name_and_the_last_data_stays",
        ("web-page",),
    ),
    "reads in circles": (
        paged_by(GoesRound),
        "test_a_first_pass_over_the_same_page_again_and_again_comes_to_an_end",
        (),
    ),
    "trusts a field": (
        mapped_by(trusts),
        "test_a_spoilt_page_gives_records_or_reasons_and_nothing_else",
        (),
    ),
    "gives ids of its own": (
        mapped_by(numbers),
        "test_a_second_full_sync_gives_the_same_records_under_the_same_ids",
        (),
    ),
    "takes the first page for the last": (
        paged_by(EndsEarly),
        "test_every_record_is_read_and_none_is_rejected",
        (),
    ),
    "saves its cursor early": (
        paged_by(SavesEarly),
        "test_incremental_syncs_give_what_a_full_one_gives",
        (),
    ),
    "writes a token to the log": (
        before_tenants(leaks),
        "test_no_secret_is_written_to_a_log_a_row_or_a_blob",
        (),
    ),
    "writes an error to the log that holds a token": (
        before_tenants(leaks_by_an_error),
        "test_no_secret_is_written_to_a_log_a_row_or_a_blob",
        (),
    ),
    "does not show deletions": (
        mapped_by(forgets_deletions),
        "test_what_is_deleted_shows_as_deleted_and_nothing_else_vanishes",
        (),
    ),
}
