"""The pages that a company's people see while they link: plain HTML, no script, nothing loaded."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template
from typing import Literal

from shared_code.connect.tenant import Tenant

FOLDER = Path(__file__).parent / "templates"
_STYLE = (FOLDER / "page.css").read_text(encoding="utf-8")
_PAGE = Template((FOLDER / "page.html").read_text(encoding="utf-8"))
_CHOICE = Template((FOLDER / "choice.html").read_text(encoding="utf-8"))


def hashed(text: str) -> str:
    """Write a hash as a content security policy allows a script or a style by it."""
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"


POLICY = (
    f"default-src 'none'; style-src {hashed(_STYLE)}; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What goes with every page; the style sheet is allowed by its hash, and nothing else is."""

Mood = Literal["good", "bad", "ask"]
_SIGNS: dict[Mood, str] = {"good": "M5 13l4.5 4.5L19 7.5", "bad": "M12 6.5v7M12 17.4v.1", "ask": ""}


@dataclass(frozen=True, slots=True)
class Action:
    """A link below the text, shown as a button."""

    label: str
    url: str


def linked(platform_name: str, organisation: str) -> str:
    """Tell that an organisation is connected."""
    return page(
        "good",
        f"{platform_name} is connected",
        f"<p><strong>{escape(organisation)}</strong> is linked. Its data is being read now.</p>"
        "<p>You can close this window.</p>",
    )


def message(title: str, *sentences: str, action: Action | None = None) -> str:
    """Tell what went wrong, in plain sentences, and offer a way on."""
    body = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    return page("bad", title, body + (_button(action) if action else ""))


def way_on(title: str, sentence: str, action: Action) -> str:
    """Say what comes next, with a button that leads there."""
    return page("ask", title, f"<p>{escape(sentence)}</p>{_button(action)}")


def menu(title: str, intro: str, entries: Sequence[str]) -> str:
    """Offer several ways; `entries` are HTML."""
    return page("ask", title, f"<p>{escape(intro)}</p>{''.join(entries)}")


def choice(platform_name: str, tenants: Sequence[Tenant], *, action: str, state: str) -> str:
    """Ask which of several organisations to link; posts `state` and `tenant` to `action`."""
    options = "".join(
        f'<label><input type="radio" name="tenant" value="{escape(each.id)}" required>'
        f"<span>{escape(each.name)}</span></label>"
        for each in tenants
    )
    form = _CHOICE.substitute(
        action=escape(action),
        state=escape(state),
        options=options,
        platform=escape(platform_name),
    )
    return page("ask", "Choose an organisation", form)


def _button(action: Action) -> str:
    url, label = escape(action.url), escape(action.label)
    return f'<p class="action"><a class="button" href="{url}">{label}</a></p>'


def page(mood: Mood, title: str, body: str) -> str:
    """Make a page; `body` is HTML."""
    sign = (
        f'<svg class="sign {mood}" viewBox="0 0 24 24" aria-hidden="true">'
        f'<path d="{_SIGNS[mood]}"/></svg>'
        if _SIGNS[mood]
        else ""
    )
    return _PAGE.substitute(style=_STYLE, title=escape(title), sign=sign, body=body)
