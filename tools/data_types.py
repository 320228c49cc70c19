"""Write the reference of the data types from their models: `python -m tools.data_types`."""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import get_args, get_origin

from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from shared_code.model import DATA_TYPES, DataTypeInfo, Kind, Level, Property, Shape, index_of
from shared_code.model.base import SupplementedRecord
from shared_code.serve.documents import DOCUMENT
from shared_code.store.records.cost import promoted_paths

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path("docs/reference/data-types")
INDEX = "README.md"

KINDS: Mapping[Kind, str] = {
    Kind.TEXT: "text",
    Kind.MONEY: "money",
    Kind.NUMBER: "number",
    Kind.DATETIME: "moment",
    Kind.BOOLEAN: "true or false",
}

FAMILIES: Mapping[str, str] = {"": "Accounting", "banking": "Banking", "commerce": "Commerce"}

INTRODUCTION = """\
# Data types

Records of all platforms come in these shapes, one page each. The pages are made from the models by
`make reference`.

* **Money** is a JSON number with the digits of its source. A **number** is a quantity, a rate or a
  percentage, which runs from 0 to 100.
* A **moment** is ISO 8601: UTC with a `Z`; without one, a calendar date at midnight or the
  business's local time.
* A property that is not **required** may be absent. `null` is never sent.
* `Unknown` stands for a word of the source that has no counterpart here.
* `currency` is a code of ISO 4217, `XXX` where the source names none. An amount times
  `currencyRate` is the amount in the base currency.
* A reference (`customerRef`, `accountRef`) names the other record as it was when this one was read
  last. Who is renamed at the source has the new name in documents that change afterwards; its `id`
  stays: look the name up by that.
* `query` and `orderBy` take each property that is not in a list, with dots for what lies inside
  another (`supplierRef.id`). Those named as quick have columns of their own. The others are read
  out of every record, and refused where that would take too long.
* Company info and reports are one object. All else is listed in pages.
* What is read under a company comes from its accounting connection.
"""


def pages() -> dict[str, str]:
    """Render the index and the page of each type, by file name."""
    return {INDEX: index(), **{_file(info): page(info) for info in DATA_TYPES.values()}}


def index() -> str:
    """Render the list of all types, family by family."""
    return INTRODUCTION + "".join(_family(name) for name in FAMILIES)


def page(info: DataTypeInfo) -> str:
    """Render a type's page: where it is read, its properties, the shapes inside it."""
    title, lead = _heading(info)
    urls = "".join(f"GET {path}\n" for path in _urls(info))
    quick = ", ".join(f"`{path}`" for path in sorted(promoted_paths(info.data_type), key=str.lower))
    return (
        f"# {title}\n\n{lead}Data type `{info.data_type}`. [All types](README.md)\n\n"
        f"```http\n{urls}```\n\n{_text(info.model)}\n\n{_table(info.model)}"
        + (f"\nQuick to filter and sort by: {quick}.\n" if not info.singular else "")
        + "".join(
            f"\n## {each.__name__}\n\n{_text(each)}\n\n{_table(each)}" for each in _inside(info)
        )
    )


def main() -> None:
    """Write all pages."""
    folder = ROOT / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
    print(f"Wrote {FOLDER}")


def _file(info: DataTypeInfo) -> str:
    return f"{info.data_type}.md"


def _family(name: str) -> str:
    rows = "".join(
        f"| [`{info.data_type}`]({_file(info)}) | {_summary(info)} | {_places(info)} |\n"
        for info in DATA_TYPES.values()
        if info.data_type.rpartition("-")[0] == name
    )
    head = "| Data type | What it is | Read under |\n| --- | --- | --- |\n"
    return f"\n## {FAMILIES[name]}\n\n{head}{rows}"


def _places(info: DataTypeInfo) -> str:
    return "company, connection" if info.level is Level.COMPANY else "connection"


def _heading(info: DataTypeInfo) -> tuple[str, str]:
    title, _, lead = _summary(info).partition(": ")
    return title.rstrip("."), f"{lead[:1].upper()}{lead[1:]} " if lead else ""


def _summary(info: DataTypeInfo) -> str:
    """The first line of what the model's module says."""
    return str(sys.modules[info.model.__module__].__doc__).splitlines()[0]


def _urls(info: DataTypeInfo) -> list[str]:
    """The paths of the API's documentation that belong to a type."""
    paths = json.loads(DOCUMENT.read_text(encoding="utf-8"))["paths"]
    mine = re.compile(rf".*/data/{re.escape(info.path)}(/\{{\w+\}})?")
    return sorted((path for path in paths if mine.fullmatch(path)), key=len)


def _inside(info: DataTypeInfo) -> list[type[Shape]]:
    """The shapes that a type's records hold, each once, in order of appearance."""
    found = dict.fromkeys([info.model])
    queue = [info.model]
    while queue:
        shapes = (_held(field.annotation) for field in _fields(queue.pop(0)))
        new = [each for each in shapes if issubclass(each, Shape) and each not in found]
        found.update(dict.fromkeys(new))
        queue.extend(new)
    return [each for each in found if each is not info.model]


def _table(model: type[Shape]) -> str:
    rows = "".join(
        f"| `{field.alias}` | {_type(model, field)} | {'yes' * field.is_required()} |"
        f" {_meaning(field)} |\n"
        for field in _fields(model)
    )
    return f"| Property | Type | Required | Meaning |\n| --- | --- | --- | --- |\n{rows}"


def _fields(model: type[Shape]) -> Iterator[FieldInfo]:
    """A model's fields: the id first, what is not its own last."""
    shared = SupplementedRecord.model_fields.keys() - {"id"}
    names = sorted(model.model_fields, key=lambda name: (name != "id", name in shared))
    return (model.model_fields[name] for name in names)


def _type(model: type[Shape], field: FieldInfo) -> str:
    origin = _container(field.annotation)
    if origin is dict:
        return "map"
    name = _type_of_one(_held(field.annotation), index_of(model).find(str(field.alias)))
    return f"list of {name}" if origin is tuple else name


def _type_of_one(held: type, queryable: Property | None) -> str:
    if issubclass(held, Shape):
        return f"[{held.__name__}](#{held.__name__.lower()})"
    if issubclass(held, Enum):
        return "one of"
    return KINDS[queryable.kind] if queryable else "text"


def _meaning(field: FieldInfo) -> str:
    held = _held(field.annotation)
    if field.description or not issubclass(held, (Shape, Enum)):
        return field.description or ""
    words = ", ".join(f"`{each.value}`" for each in held) if issubclass(held, Enum) else ""
    summary, *_ = _text(held).split("\n\n")
    return f"{summary} {words}".replace("\n", " ").rstrip()


def _text(held: type) -> str:
    """A docstring, with properties as they are on the wire."""
    text = inspect.getdoc(held) or ""
    return re.sub(r"`([a-z]+(?:_[a-z]+)+)`", lambda name: f"`{to_camel(name[1])}`", text)


def _container(annotation: object) -> object:
    """`tuple` or `dict` where a value is one, whether or not it may be absent."""
    origin = get_origin(annotation)
    if origin in {tuple, dict}:
        return origin
    return next((found for arm in get_args(annotation) if (found := _container(arm))), None)


def _held(annotation: object) -> type:
    """The class of a value, or of what it is a list of."""
    return annotation if isinstance(annotation, type) else _held(get_args(annotation)[0])


if __name__ == "__main__":
    main()
