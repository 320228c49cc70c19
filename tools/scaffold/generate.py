"""Fill the templates with a connector's name; what is written is ordinary code from then on.

A template is the finished file of a connector called `acme`, with the ending `.in`. Those in
`templates/common` go to every connector, those of its kind beside or over them.
"""

from __future__ import annotations

import hashlib
import json
import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import NAMESPACE_DNS, uuid5

Kind = Literal["accounting", "banking", "commerce"]

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = Path(__file__).with_name("templates")
KINDS: Mapping[Kind, tuple[str, ...]] = {
    "accounting": ("items", "customers", "invoices"),
    "banking": ("banking-accounts", "banking-transactions"),
    "commerce": ("commerce-products", "commerce-customers", "commerce-orders"),
}
"""The data types that a new connector of each kind feeds, in reading order."""

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST, _LONGEST_TITLE = 24, 30


class ScaffoldError(Exception):
    """The connector cannot be written; the text says why."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be written: `name` is the folder's, `title` what people read."""

    name: str
    kind: Kind
    title: str

    @classmethod
    def of(cls, name: str, kind: str, title: str = "") -> Wanted:
        """Check what was asked for; raises `ScaffoldError`."""
        if not _NAME.fullmatch(name) or len(name) > _LONGEST:
            raise ScaffoldError(
                f"'{name}' cannot name a connector: use up to {_LONGEST} small letters, digits and"
                " single underscores, such as quickbooks_online."
            )
        shown = title or name.replace("_", " ").title()
        said = re.fullmatch(r"[\w&.' -]+", shown) and any(map(str.isalnum, shown))
        if not said or len(shown) > _LONGEST_TITLE:
            raise ScaffoldError(
                f"'{shown}' cannot be a title: use up to {_LONGEST_TITLE} letters, digits, blanks"
                " and any of & . ' -"
            )
        for known in KINDS:
            if kind == known:
                _refuse_taken(name, known)
                return cls(name, known, shown)
        raise ScaffoldError(f"There is no kind '{kind}'; these are: {', '.join(KINDS)}.")

    def words(self) -> dict[str, str]:
        """Give what each placeholder stands for; the longer names come first."""
        camel = "".join(part.capitalize() for part in self.name.split("_"))
        dashed = self.name.replace("_", "-")
        identity = f"{self.name}.connectors.causeway"
        return {
            "@TITLE@": self.title,
            "@SECRET@": f"{dashed}-client-secret",
            "@HOST@": dashed,
            "@HEADER@": f"X-{camel}",
            "@KEY@": _four_letters(self.name),
            "@SOURCE_TYPE@": self.kind.capitalize(),
            "@INTEGRATION_ID@": str(uuid5(NAMESPACE_DNS, identity)),
            "@SOURCE_ID@": str(uuid5(NAMESPACE_DNS, f"source.{identity}")),
            "@DATA_TYPES@": json.dumps(KINDS[self.kind]),
            # So that a small book has many pages; a bank has but one long list.
            "@PAGE@": "2" if self.kind == "banking" else "5",
            "ACME": self.name.upper(),
            "Acme": camel,
            "acme": self.name,
        }


def _refuse_taken(name: str, kind: Kind) -> None:
    """Refuse a name that means something else in code, in the templates or among the settings."""
    constants = {
        word
        for _, template in _templates(kind)
        for word in re.findall(r"\b[A-Z][A-Z0-9_]*\b", template.read_text())
    }
    settings = json.loads((ROOT / "local.settings.example.json").read_text())["Values"]
    prefix = f"CAUSEWAY_{name.upper()}_"
    if keyword.iskeyword(name) or name.upper() in constants - {"ACME"}:
        raise ScaffoldError(f"'{name}' cannot name a connector: it is a word of the code itself.")
    if any(each.startswith(prefix) for each in settings):
        raise ScaffoldError(
            f"'{name}' cannot name a connector: there are settings called {prefix}... already."
        )


def write(wanted: Wanted, root: Path = ROOT) -> list[Path]:
    """Write a connector's files below `root`; gives them, raises `ScaffoldError`.

    Nothing is written where any of them is there already.
    """
    files = {root / path: text for path, text in rendered(wanted)}
    taken = [path for path in files if path.exists()]
    if taken or (root / "functions" / wanted.name).exists():
        there = ", ".join(str(each.relative_to(root)) for each in taken) or wanted.name
        raise ScaffoldError(
            f"There is something already: {there}. Remove it, or take another name."
        )
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return list(files)


def remove(files: Sequence[Path], root: Path = ROOT) -> None:
    """Take back what was written, and the folders that were made for it."""
    for file in files:
        file.unlink()
        for folder in file.relative_to(root).parents:
            with suppress(OSError):
                (root / folder).rmdir()


def rendered(wanted: Wanted) -> Iterator[tuple[Path, str]]:
    """Fill all templates of a kind: yields where each file goes, and its text."""
    words = wanted.words()
    for path, template in _templates(wanted.kind):
        yield Path(path.replace("acme", wanted.name)), _filled(template.read_text(), words)


def _templates(kind: Kind) -> Iterator[tuple[str, Path]]:
    for folder in (TEMPLATES / "common", TEMPLATES / kind):
        for template in sorted(folder.rglob("*.in")):
            yield str(template.relative_to(folder)).removesuffix(".in"), template


def _filled(text: str, words: Mapping[str, str]) -> str:
    pattern = re.compile("|".join(re.escape(each) for each in words))
    return pattern.sub(lambda match: words[match[0]], text)


def _four_letters(name: str) -> str:
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
    letters = []
    for _ in range(4):
        number, letter = divmod(number, 26)
        letters.append(chr(ord("a") + letter))
    return "".join(letters)
