from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import SecretStr

from shared_code.ports.vault import InvalidSecret, SecretNotFound, Vault
from shared_code.ports.vault.port import MAX_VALUE_BYTES

THREADS = 20


@pytest.fixture
def name() -> str:
    return f"xero-{uuid.uuid4().hex}"


def set_all(vault: Vault, name: str, *values: str) -> list[str]:
    return [vault.set(name, SecretStr(value)).version for value in values]


def plain(vault: Vault, name: str, version: str | None = None) -> str:
    return vault.get(name, version).value.get_secret_value()


class TestVault:
    def test_a_secret_reads_back_as_it_was_set(self, vault: Vault, name: str) -> None:
        value = 'p"ä\\ss\nwörd 😀'
        stored = vault.set(name, SecretStr(value))
        found = vault.get(name)
        assert found == stored
        assert (found.name, found.value.get_secret_value()) == (name, value)

    def test_without_a_version_the_newest_is_read(self, vault: Vault, name: str) -> None:
        versions = set_all(vault, name, "old", "new", "newest")
        assert plain(vault, name) == "newest"
        assert vault.get(name).version == versions[-1]

    def test_old_versions_stay_readable(self, vault: Vault, name: str) -> None:
        versions = set_all(vault, name, "old", "new")
        assert [plain(vault, name, version) for version in versions] == ["old", "new"]

    def test_the_same_value_makes_a_version_of_its_own(self, vault: Vault, name: str) -> None:
        first, second = set_all(vault, name, "same", "same")
        assert first != second

    def test_versions_are_listed_oldest_first_over_all_pages(self, vault: Vault, name: str) -> None:
        versions = set_all(vault, name, *(f"value {number}" for number in range(7)))
        assert list(vault.versions(name)) == versions

    def test_an_unknown_secret_is_not_found_and_has_no_versions(
        self, vault: Vault, name: str
    ) -> None:
        with pytest.raises(SecretNotFound) as caught:
            vault.get(name)
        assert name in caught.value.internal
        assert name not in caught.value.public
        assert list(vault.versions(name)) == []

    def test_an_unknown_version_is_not_found(self, vault: Vault, name: str) -> None:
        set_all(vault, name, "value")
        unknown = uuid.uuid4().hex
        with pytest.raises(SecretNotFound) as caught:
            vault.get(name, unknown)
        assert unknown in caught.value.internal

    def test_a_version_belongs_to_its_secret(self, vault: Vault, name: str) -> None:
        (version,) = set_all(vault, name, "value")
        set_all(vault, f"{name}-other", "value")
        with pytest.raises(SecretNotFound):
            vault.get(f"{name}-other", version)

    def test_nothing_that_is_printed_shows_a_value(self, vault: Vault, name: str) -> None:
        stored = vault.set(name, SecretStr("canary"))
        assert "canary" not in f"{stored} {stored!r} {vault.get(name)!r} {vars(vault)}"

    def test_the_largest_value_fits(self, vault: Vault, name: str) -> None:
        set_all(vault, name, "x" * MAX_VALUE_BYTES)
        assert plain(vault, name) == "x" * MAX_VALUE_BYTES

    @pytest.mark.parametrize("value", ["", "x" * (MAX_VALUE_BYTES + 1), "é" * MAX_VALUE_BYTES])
    def test_an_empty_or_larger_value_is_refused_unseen(
        self, vault: Vault, name: str, value: str
    ) -> None:
        with pytest.raises(InvalidSecret) as caught:
            vault.set(name, SecretStr(value))
        assert not value or value not in caught.value.internal
        assert list(vault.versions(name)) == []

    @pytest.mark.parametrize("name", ["", "x" * 128, "client_secret", "a/b", "..", "Xero", "a b"])
    def test_a_name_that_key_vault_would_refuse_is_refused_everywhere(
        self, vault: Vault, name: str
    ) -> None:
        for refused in (
            lambda: vault.get(name),
            lambda: vault.set(name, SecretStr("value")),
            lambda: vault.versions(name),
        ):
            with pytest.raises(InvalidSecret):
                refused()

    def test_concurrent_writers_lose_no_version(self, vault: Vault, name: str) -> None:
        with ThreadPoolExecutor(THREADS) as pool:
            values = [f"value {number}" for number in range(THREADS)]
            stored = [*pool.map(lambda value: vault.set(name, SecretStr(value)), values)]
        assert sorted(vault.versions(name)) == sorted(secret.version for secret in stored)
        assert [plain(vault, name, secret.version) for secret in stored] == values
