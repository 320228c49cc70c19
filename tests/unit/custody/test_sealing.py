"""An envelope opens where it belongs, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from shared_code.custody.sealing import Binding, SealBroken, Sealer
from shared_code.ports.settings import VaultSettings
from shared_code.ports.vault import Vault, open_vault

PLACE = Binding("grant", "co-1", "cn-1", "1")


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    return open_vault(VaultSettings(file=tmp_path_factory.mktemp("vault") / "vault.json"))


@pytest.fixture(scope="module")
def sealer(vault: Vault) -> Sealer:
    return Sealer(vault, "xero")


def test_what_is_sealed_comes_back(sealer: Sealer) -> None:
    assert sealer.open(sealer.seal(SecretStr("käse"), PLACE), PLACE) == SecretStr("käse")


def test_the_same_secret_is_never_sealed_alike(sealer: Sealer) -> None:
    assert sealer.seal(SecretStr("x"), PLACE) != sealer.seal(SecretStr("x"), PLACE)


@pytest.mark.parametrize("field", ["purpose", "company_id", "connection_id", "subject"])
def test_an_envelope_in_anothers_place_does_not_open(sealer: Sealer, field: str) -> None:
    elsewhere = replace(PLACE, **{field: "other"})
    with pytest.raises(SealBroken):
        sealer.open(sealer.seal(SecretStr("x"), PLACE), elsewhere)


@given(st.integers(0, 200), st.integers(1, 255))
def test_an_envelope_that_was_changed_anywhere_does_not_open(
    sealer: Sealer, at: int, flip: int
) -> None:
    sealed = bytearray(sealer.seal(SecretStr("secret"), PLACE))
    sealed[at % len(sealed)] ^= flip
    with pytest.raises(SealBroken):
        sealer.open(bytes(sealed), PLACE)


@given(st.binary(max_size=80))
def test_whatever_is_no_envelope_is_refused(sealer: Sealer, data: bytes) -> None:
    with pytest.raises(SealBroken):
        sealer.open(data, PLACE)


def test_after_a_rotation_old_envelopes_open_and_new_ones_have_the_new_key(vault: Vault) -> None:
    sealer = Sealer(vault, "rotating")
    old = sealer.seal(SecretStr("old"), PLACE)
    sealer.key.rotate()
    new = sealer.seal(SecretStr("new"), PLACE)
    another = Sealer(vault, "rotating")
    assert another.open(old, PLACE) == SecretStr("old")
    assert another.open(new, PLACE) == SecretStr("new")
    assert not another.key.is_current(old)
    assert another.key.is_current(new)


def test_another_connector_cannot_open_it(vault: Vault, sealer: Sealer) -> None:
    other = Sealer(vault, "other")
    other.seal(SecretStr("x"), PLACE)
    with pytest.raises(SealBroken):
        other.open(sealer.seal(SecretStr("x"), PLACE), PLACE)


def test_two_processes_that_make_the_first_key_at_once_can_both_read(tmp_path: Path) -> None:
    vault = open_vault(VaultSettings(file=tmp_path / "vault.json"))
    first, second = Sealer(vault, "new"), Sealer(vault, "new")
    one = first.seal(SecretStr("1"), PLACE)
    two = second.seal(SecretStr("2"), PLACE)
    assert second.open(one, PLACE) == SecretStr("1")
    assert first.open(two, PLACE) == SecretStr("2")
