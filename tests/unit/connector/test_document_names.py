"""A file's name comes from strangers, and ends up in a header and on a disk."""

from __future__ import annotations

import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_code.connector.document_functions import content_disposition
from shared_code.connector.documents import safe_name, segment
from shared_code.errors import NotFound

LONGEST = 111


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("receipt.png", "receipt.png"),
        ("Scan (2) of 3-4.pdf", "Scan (2) of 3-4.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\a.txt", "a.txt"),
        ("a\r\nSet-Cookie: x=1", "a__Set-Cookie_ x_1"),
        ('a";b.txt', "a__b.txt"),
        ("gnp\u202e.exe", "gnp_.exe"),
        ("Rechnung März.pdf", "Rechnung März.pdf"),
        ("請求書.pdf", "請求書.pdf"),
        ("..", "document"),
        (".htaccess", "htaccess"),
        ("", "document"),
        ("a" * 5000 + ".pdf", "a" * 100 + ".pdf"),
        ("no-ending", "no-ending"),
    ],
)
def test_a_name_keeps_what_people_read_and_loses_what_machines_obey(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text())
def test_no_name_is_a_path_an_order_or_empty(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert len(safe) <= LONGEST
    assert not safe.startswith(".")
    assert not set(safe) & set("/\\\"'<>|*?:;\r\n\0")
    assert all(unicodedata.category(each) not in {"Cc", "Cf", "Cs"} for each in safe)


@given(st.text())
def test_every_name_makes_a_header_in_ascii_that_still_tells_it(name: str) -> None:
    safe = safe_name(name)
    header = content_disposition(safe)
    assert header.isascii()
    assert header.isprintable()
    assert header.startswith('attachment; filename="')
    assert header.count('"') == 2
    assert unquote(header.rpartition("''")[2]) == safe


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_an_id_is_one_segment_of_a_path(record_id: str) -> None:
    if record_id in {".", ".."}:
        with pytest.raises(NotFound):
            segment(record_id)
    else:
        written = segment(record_id)
        assert not set(written) & set("/?#")
        assert unquote(written) == record_id
