"""What comparing text in any case rests on."""

from __future__ import annotations

import sys

from shared_code.query.operands import ODD_LETTERS


def test_no_other_letter_beyond_ascii_has_one_of_ascii_in_its_lower_case() -> None:
    letters = map(chr, range(128, sys.maxunicode + 1))
    odd = {letter for letter in letters if any(low.isascii() for low in letter.lower())}
    assert odd == {letter for letter, _ in ODD_LETTERS.values()}


def test_each_odd_letter_has_the_lower_case_that_python_gives_it() -> None:
    for ascii_letter, (odd, low) in ODD_LETTERS.items():
        assert odd.lower() == low
        assert ascii_letter in low
