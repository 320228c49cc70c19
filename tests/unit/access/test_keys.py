from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from shared_code.access import (
    MAX_KEYS,
    KeySeal,
    Unauthorised,
    authenticate,
    create_client,
    delete_key,
    ensure_client,
    issue_key,
    key_check,
    list_keys,
)
from shared_code.errors import Conflict, NotFound
from shared_code.ports.vault import Vault
from shared_code.ports.vault.file import FileVault
from shared_code.sealing import SealBroken
from shared_code.store.database import Database
from shared_code.store.schema import api_keys, clients
from tests.support.clock import NOON, ManualClock
from tests.support.stores import empty_store


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with empty_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return FileVault(tmp_path / "vault.json")


def basic(key: str) -> str:
    return f"Basic {base64.b64encode(key.encode()).decode()}"


def new_client(db: Database, name: str = "Lender") -> str:
    with db.write() as tx:
        return create_client(tx, name, NOON)


def test_a_key_names_its_client(db: Database, vault: Vault) -> None:
    client_id = new_client(db)
    with db.write() as tx:
        key = issue_key(tx, KeySeal(vault), client_id, name="mine", now=NOON)
    principal = key_check(db)(basic(key.value))
    assert (principal.client_id, principal.key_id) == (client_id, key.id)


def test_a_key_has_256_random_bits(db: Database, vault: Vault) -> None:
    client_id, seal = new_client(db), KeySeal(vault)
    with db.write() as tx:
        keys = [issue_key(tx, seal, client_id, name=None, now=NOON).value for _ in range(3)]
    assert len(set(keys)) == 3
    assert all(len(base64.urlsafe_b64decode(f"{key}=")) == 32 for key in keys)


def test_the_scheme_is_matched_in_any_case(db: Database, vault: Vault) -> None:
    _, key = ensure_client(db, vault, ManualClock(), "Lender")
    assert key_check(db)(basic(key).replace("Basic", "bAsIc"))


@pytest.mark.parametrize(
    "header",
    [None, "", "Basic", "Basic ", "Basic !!!", "Basic a", "Bearer {good}", "{good}", "Basic ä",
     "Basic dW5rbm93bg==", "Basic {with_colon}", "Basic {good}{good}"],
)  # fmt: skip
def test_everything_but_the_base64_of_a_known_key_is_refused(
    db: Database, vault: Vault, header: str | None
) -> None:
    _, key = ensure_client(db, vault, ManualClock(), "Lender")
    good = basic(key).removeprefix("Basic ")
    colon = base64.b64encode(f"{key}:".encode()).decode()
    sent = header.format(good=good, with_colon=colon) if header else header
    with pytest.raises(Unauthorised) as refused:
        authenticate(db, sent)
    assert refused.value.status == 401
    assert "base64 of the API key alone" in refused.value.public


def test_a_deleted_key_stops_at_once(db: Database, vault: Vault) -> None:
    client_id, key = ensure_client(db, vault, ManualClock(), "Lender")
    check = key_check(db)
    with db.write() as tx:
        delete_key(tx, client_id, check(basic(key)).key_id)
    with pytest.raises(Unauthorised):
        check(basic(key))


def test_another_clients_key_cannot_be_deleted(db: Database, vault: Vault) -> None:
    _, key = ensure_client(db, vault, ManualClock(), "Lender")
    key_id = key_check(db)(basic(key)).key_id
    stranger = new_client(db, "Other")
    with db.write() as tx, pytest.raises(NotFound, match=f"No API key was found with ID {key_id}"):
        delete_key(tx, stranger, key_id)
    assert key_check(db)(basic(key))


def test_values_can_be_read_again_by_their_own_client_only(db: Database, vault: Vault) -> None:
    client_id, key = ensure_client(db, vault, ManualClock(), "Lender")
    other_id, other_key = ensure_client(db, vault, ManualClock(), "Other")
    with db.read() as tx:
        assert [each.value for each in list_keys(tx, KeySeal(vault), client_id)] == [key]
        assert [each.value for each in list_keys(tx, KeySeal(vault), other_id)] == [other_key]


def test_the_store_holds_no_key_in_the_clear(db: Database, vault: Vault) -> None:
    _, key = ensure_client(db, vault, ManualClock(), "Lender")
    with db.read() as tx:
        row = tx.execute(select(api_keys)).one()
    assert key.encode() not in row.sealed_key
    assert key.encode() not in row.key_hash


def test_a_sealed_key_opens_for_no_other_owner(vault: Vault) -> None:
    seal = KeySeal(vault)
    sealed = seal.seal("key", owner="client/1")
    assert seal.open(sealed, owner="client/1") == "key"
    with pytest.raises(SealBroken):
        seal.open(sealed, owner="client/2")


def test_what_an_old_version_of_the_seal_closed_stays_readable(vault: Vault) -> None:
    sealed = KeySeal(vault).seal("key", owner="a")
    vault.set("api-key-seal", vault.get("api-key-seal").value)
    assert KeySeal(vault).open(sealed, owner="a") == "key"


def test_an_eleventh_key_is_a_conflict_that_says_what_is_allowed(
    db: Database, vault: Vault
) -> None:
    client_id, seal = new_client(db), KeySeal(vault)
    with db.write() as tx:
        for _ in range(MAX_KEYS):
            issue_key(tx, seal, client_id, name=None, now=NOON)
    with db.write() as tx, pytest.raises(Conflict, match="at most 10 are allowed"):
        issue_key(tx, seal, client_id, name=None, now=NOON)


def test_a_key_does_not_show_in_its_repr(db: Database, vault: Vault) -> None:
    client_id = new_client(db)
    with db.write() as tx:
        key = issue_key(tx, KeySeal(vault), client_id, name=None, now=NOON)
    assert key.value not in repr(key)


def test_ensuring_a_client_twice_gives_the_same_one(db: Database, vault: Vault) -> None:
    first = ensure_client(db, vault, ManualClock(), "Lender")
    assert ensure_client(db, vault, ManualClock(), "Lender") == first
    with db.read() as tx:
        assert len(tx.execute(select(clients)).all()) == 1
