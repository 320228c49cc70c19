"""The headers of an answer, which are not kept with its body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


class HeadersNotKeptError(Exception):
    """Somebody goes by the headers of a page of which there is nothing but the body."""


class Heard(Mapping[str, str]):
    """Headers that notice whether anybody goes by them; None stands for those of a kept page."""

    def __init__(self, headers: Mapping[str, str] | None) -> None:
        self._headers = headers
        self.were_read = False

    def __getitem__(self, name: str) -> str:
        return self._read()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def _read(self) -> Mapping[str, str]:
        self.were_read = True
        if self._headers is None:
            raise HeadersNotKeptError
        return self._headers
