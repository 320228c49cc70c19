"""Places that differ from grant to grant: URLs with `{names}`, filled with what is known of it.

What fills them was checked against its declared pattern when it was learnt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from shared_code.errors import Abort

_NAME = re.compile(r"\{(\w+)\}", re.ASCII)


def fill(template: str, facts: Mapping[str, str]) -> str:
    """Put facts in the place of their names; `Abort` where one is not known."""

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name not in facts:
            raise Abort("The connection lacks something that it was to know.", f"no {name}")
        return facts[name]

    return _NAME.sub(value, template)


def is_template(text: str) -> bool:
    """Whether something has to be filled in."""
    return bool(_NAME.search(text))
