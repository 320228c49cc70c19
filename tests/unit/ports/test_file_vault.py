from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from pydantic import SecretStr

from shared_code.ports.vault import SecretNotFound
from shared_code.ports.vault.file import FileVault, VaultDamaged

ROOT = Path(__file__).resolve().parents[3]
WRITERS = 20


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "vault.json"


@pytest.fixture
def vault(file: Path) -> FileVault:
    return FileVault(file)


def set_in_own_process(file: Path, number: int) -> str:
    return FileVault(file).set("shared", SecretStr(f"value {number}")).version


def rewrite(file: Path, **changes: object) -> None:
    contents = json.loads(file.read_text())
    contents["secrets"]["one"][0] |= changes
    file.write_text(json.dumps(contents))


def test_reading_an_unused_vault_writes_nothing(file: Path, vault: FileVault) -> None:
    with pytest.raises(SecretNotFound):
        vault.get("unknown")
    assert not file.parent.exists()


def test_the_files_are_their_owners_alone(file: Path, vault: FileVault) -> None:
    vault.set("one", SecretStr("value"))
    modes = {path.name: path.stat().st_mode & 0o777 for path in file.parent.iterdir()}
    assert modes == {"vault.json": 0o600, "vault.key": 0o600, "vault.lock": 0o600}
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_value_stands_nowhere_in_the_clear(file: Path, vault: FileVault) -> None:
    vault.set("one", SecretStr("canary-in-the-vault"))
    vault.set("two", SecretStr("canary-in-the-vault"))
    stored = json.loads(file.read_text())["secrets"]
    assert "canary" not in file.read_text()
    assert stored["one"][0]["sealed"] != stored["two"][0]["sealed"]


def test_secrets_survive_a_restart(file: Path, vault: FileVault) -> None:
    stored = vault.set("one", SecretStr("value"))
    assert FileVault(file).get("one") == stored


@pytest.mark.parametrize("name", ["vault.json", "vault.key"])
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_may_touch_is_refused(
    file: Path, vault: FileVault, name: str, mode: int
) -> None:
    vault.set("one", SecretStr("value"))
    file.with_name(name).chmod(mode)
    with pytest.raises(VaultDamaged) as caught:
        vault.get("one")
    assert caught.value.internal == f"{file.with_name(name)} has mode {mode:04o}; it must be 0600."


def test_a_sealed_value_does_not_open_under_another_name(file: Path, vault: FileVault) -> None:
    vault.set("one", SecretStr("value"))
    vault.set("two", SecretStr("value"))
    foreign = json.loads(file.read_text())["secrets"]["two"][0]
    rewrite(file, **foreign)
    with pytest.raises(VaultDamaged, match="cannot be read"):
        vault.get("one")


def test_a_sealed_value_does_not_open_as_another_version(file: Path, vault: FileVault) -> None:
    vault.set("one", SecretStr("value"))
    rewrite(file, id="0" * 32)
    with pytest.raises(VaultDamaged):
        vault.get("one")


@pytest.mark.parametrize("sealed", ["", "AAAA", "A" * 64])
def test_a_broken_seal_is_noticed(file: Path, vault: FileVault, sealed: str) -> None:
    vault.set("one", SecretStr("value"))
    rewrite(file, sealed=sealed)
    with pytest.raises(VaultDamaged):
        vault.get("one")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"secrets": {"one": [{"id": 1}]}}'])
def test_a_file_that_is_no_vault_is_refused_and_kept(
    file: Path, vault: FileVault, text: str
) -> None:
    vault.set("one", SecretStr("value"))
    file.write_text(text)
    with pytest.raises(VaultDamaged):
        vault.get("one")
    with pytest.raises(VaultDamaged):
        vault.set("one", SecretStr("new"))
    assert file.read_text() == text


def test_a_lost_key_is_not_silently_replaced(file: Path, vault: FileVault) -> None:
    vault.set("one", SecretStr("value"))
    file.with_name("vault.key").unlink()
    with pytest.raises(VaultDamaged) as reading:
        vault.get("one")
    with pytest.raises(VaultDamaged) as writing:
        vault.set("one", SecretStr("new"))
    assert "vault.key is not" in reading.value.internal
    assert "vault.key is not" in writing.value.internal
    assert not file.with_name("vault.key").exists()


@pytest.mark.parametrize("key", [b"", b"short"])
def test_a_key_of_the_wrong_length_is_refused(file: Path, vault: FileVault, key: bytes) -> None:
    vault.set("one", SecretStr("value"))
    file.with_name("vault.key").write_bytes(key)
    with pytest.raises(VaultDamaged, match="cannot be read"):
        vault.get("one")


def test_concurrent_processes_lose_no_version(file: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        versions = [*pool.map(set_in_own_process, [file] * WRITERS, range(WRITERS))]
    vault = FileVault(file)
    assert sorted(vault.versions("shared")) == sorted(versions)
    assert [vault.get("shared", version).value.get_secret_value() for version in versions] == [
        f"value {number}" for number in range(WRITERS)
    ]


def test_a_writer_that_is_killed_leaves_a_vault_with_all_it_acknowledged(file: Path) -> None:
    script = """
import sys
from pathlib import Path
from pydantic import SecretStr
from shared_code.ports.vault.file import FileVault
vault = FileVault(Path(sys.argv[1]))
for number in range(1_000_000):
    print(vault.set("one", SecretStr(str(number))).version, flush=True)
"""
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script, str(file)],
        env={"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdout
        acknowledged = [writer.stdout.readline().strip() for _ in range(20)]
        writer.kill()
        acknowledged += writer.stdout.read().split()
    vault = FileVault(file)
    versions = list(vault.versions("one"))
    assert versions[: len(acknowledged)] == acknowledged
    assert [vault.get("one", version).value.get_secret_value() for version in versions] == [
        str(number) for number in range(len(versions))
    ]
    vault.set("one", SecretStr("the lock is free"))
