"""Records of several data types that a provider lists together: a word of each says which it is."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared_code.errors import Reject
from shared_code.mapping.reading import Native, Record, Text, reads
from shared_code.model import Shape


class Typed(Native):
    """A record with such a word: its shape inherits this, and says the word's name as an alias."""

    type: Text = None


N = TypeVar("N", bound=Typed)
L = TypeVar("L")
N_contra = TypeVar("N_contra", bound=Typed, contravariant=True)
L_contra = TypeVar("L_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Route(Generic[N_contra, L_contra]):
    """A data type, the words of its records, and what writes these."""

    data_type: str
    words: Collection[str]
    write: Callable[[N_contra, L_contra], Shape | None]


def routed(
    model: type[N], *routes: Route[N, L], passed: Collection[str] = ()
) -> dict[str, Callable[[Record, L], Shape | None]]:
    """Make the mapping of each data type, which gives None for the records of all others.

    `passed` are words of records that are of none of them. A record with any other word is rejected
    by the first mapping alone, so that it shows once.
    """
    known = frozenset(passed).union(*(each.words for each in routes))

    def mapping(route: Route[N, L]) -> Callable[[N, L], Shape | None]:
        def write(native: N, lookups: L) -> Shape | None:
            if native.type in route.words:
                return route.write(native, lookups)
            if route is routes[0] and native.type not in known:
                raise Reject(f"{model.__name__} cannot be mapped: its type is none that is known")
            return None

        return write

    return {each.data_type: reads(model)(mapping(each)) for each in routes}
