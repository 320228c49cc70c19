"""How a provider says that a page was the last: a rule a provider, and no guessing."""

from __future__ import annotations

from collections.abc import Callable

from shared_code.fetch.paging.places import Place
from shared_code.fetch.paging.protocol import Answer, Stuck

End = Callable[[Answer, Place], bool]


def short_page(answer: Answer, place: Place) -> bool:
    """Fewer rows than asked for; `Stuck` where the provider counts more than it has listed."""
    if answer.count >= place.size:
        return False
    _check_total(answer, place)
    return True


def empty_page(answer: Answer, place: Place) -> bool:
    """No rows (204 No Content is such a page), for lists whose pages may be short."""
    if answer.count:
        return False
    _check_total(answer, place)
    return True


def no_more(answer: Answer, place: Place) -> bool:
    """A flag such as `has_more` is false; the page itself may be empty and not the last."""
    del place
    if answer.more is None:
        raise Stuck("The provider did not say whether there is more")
    return not answer.more


def no_next(answer: Answer, place: Place) -> bool:
    """No next token or link."""
    del place
    return not answer.next


def total_reached(answer: Answer, place: Place) -> bool:
    """As many rows as the provider counts; `Stuck` if it stops listing before that."""
    if answer.total is None:
        raise Stuck("The provider did not say how many records there are")
    if answer.count == 0:
        _check_total(answer, place)
    return place.offset + answer.count >= answer.total


def last_page_in(header: str) -> End:
    """The page's number is the one in a header that counts the pages."""

    def end(answer: Answer, place: Place) -> bool:
        said = answer.headers.get(header, "")
        if not said.isdecimal():
            raise Stuck(f"The provider did not say in {header} how many pages there are")
        return place.number + 1 >= int(said)

    return end


def _check_total(answer: Answer, place: Place) -> None:
    listed = place.offset + answer.count
    if answer.total is not None and listed < answer.total:
        raise Stuck(f"The provider counts {answer.total} records and lists {listed}")
