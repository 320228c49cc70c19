"""The reference of the data types follows the models."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared_code.model import DATA_TYPES, DataType
from tools import data_types
from tools.data_types import FOLDER, INDEX, ROOT, index, main, page, pages


def of(key: str) -> str:
    return page(DATA_TYPES[DataType(key)])


def test_the_pages_are_what_the_models_say() -> None:
    written = {file.name: file.read_text() for file in (ROOT / FOLDER).iterdir()}
    assert written == pages(), "run `make reference`"


def test_the_index_leads_to_a_page_for_each_type() -> None:
    assert re.findall(r"\]\(([^)]+)\)", index()) == [f"{key}.md" for key in DataType]


@pytest.mark.parametrize("key", DataType)
def test_every_link_of_a_page_leads_somewhere_and_every_shape_is_explained(key: str) -> None:
    text = of(key)
    headings = re.findall(r"^## (\w+)\n\n([^\n]+)", text, re.MULTILINE)
    links = re.findall(r"\]\(#(\w+)\)", text)
    assert {name.lower() for name, _ in headings} == {*links}
    assert not any(explained.startswith("|") for _, explained in headings)


@pytest.mark.parametrize("key", DataType)
def test_a_page_says_where_its_type_is_read(key: str) -> None:
    info = DATA_TYPES[DataType(key)]
    urls = re.findall(r"^GET (.+)$", of(key), re.MULTILINE)
    lists = [url for url in urls if url.endswith(f"/data/{info.path}")]
    # A company's bank transactions are listed, too, but none is read alone there.
    of_one_bank = int(info.data_type is DataType.BANKING_TRANSACTIONS)
    assert len(lists) == (2 if info.level == "company" else 1 + of_one_bank)
    alone = not (info.singular or info.of_account) and info.has_ids
    singles = len(lists) - of_one_bank if alone else 0
    assert len(urls) == len(lists) + singles


def test_a_page_names_types_words_and_what_must_be_there() -> None:
    text = of("bills")
    for row in (
        "| `id` | text | yes | The source's own id, of any form. |",
        "| `totalAmount` | money | yes |  |",
        "| `dueDate` | moment |  |  |",
        "| `supplierRef` | [SupplierRef](#supplierref) |  | A supplier. |",
        "| `isDirectCost` | true or false |  |  |",
    ):
        assert row in text
    assert "`Unknown`, `Draft`, `Open`, `PartiallyPaid`, `Paid`, `Void` |" in text
    assert re.search(r"^\| `lineItems` \| list of \[BillLine\]\(#billline\) \|", text, re.MULTILINE)
    assert "| `sourceUrls` | map |" in of("company")


def test_a_page_says_what_is_quick_to_filter_by() -> None:
    quick = re.search(r"Quick to filter and sort by: (.+)\.", of("banking-accountBalances"))
    assert quick is not None
    assert quick[1].replace("`", "").split(", ") == [
        "accountId",
        "balance.available",
        "balance.current",
        "balance.limit",
        "date",
        "modifiedDate",
        "sourceModifiedDate",
    ]
    assert "Quick" not in of("company")


def test_properties_are_called_as_they_are_on_the_wire() -> None:
    assert not [name for text in pages().values() for name in re.findall(r"`[a-z]+_\w+`", text)]


def test_all_pages_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_types, "ROOT", tmp_path)
    main()
    assert (tmp_path / FOLDER / INDEX).read_text() == index()
    assert len(list((tmp_path / FOLDER).iterdir())) == 44
