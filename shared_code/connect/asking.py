"""The pages on which people type something in, or use the provider's widget.

Only a widget's page runs a script: its policy names the provider's, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from string import Template

from shared_code.connect import pages
from shared_code.connect.auth.declared import Widget
from shared_code.connect.auth.facts import Asked

_ASKING = Template((pages.FOLDER / "asking.html").read_text(encoding="utf-8"))
_FIELD = Template((pages.FOLDER / "field.html").read_text(encoding="utf-8"))
_WIDGET = Template((pages.FOLDER / "widget.html").read_text(encoding="utf-8"))
_GLUE = Template((pages.FOLDER / "widget.js").read_text(encoding="utf-8"))
_NOTHING = "'none'"


@dataclass(frozen=True, slots=True)
class Posting:
    """Where a form goes, and the attempt that it belongs to."""

    action: str
    state: str


def asking(
    platform_name: str,
    asked: Sequence[Asked],
    posting: Posting,
    *,
    typed: Mapping[str, str],
    problems: Mapping[str, str],
) -> str:
    """Ask for what the user has to type in; shows again what was typed, but no secret."""
    fields = "".join(
        _field(each, typed.get(each.name, ""), problems.get(each.name, "")) for each in asked
    )
    needs = "This is needed to read" if asked else "This allows to read"
    form = _ASKING.substitute(
        intro=escape(f"{needs} your data at {platform_name}."),
        action=escape(posting.action),
        state=escape(posting.state),
        fields=fields,
    )
    return pages.page("ask", f"Connect {platform_name}", form)


def _field(asked: Asked, typed: str, problem: str) -> str:
    name = escape(asked.name)
    shown = "" if asked.secret else escape(typed)
    return _FIELD.substitute(
        name=name,
        label=escape(asked.label),
        kind="password" if asked.secret else "text",
        value=shown,
        hint=escape(problem or asked.example),
        mood="problem" if problem else "hint",
        invalid="true" if problem else "false",
    )


def widget(platform_name: str, spec: Widget, posting: Posting, token: str) -> str:
    """Open a provider's widget; posts `state` and `public_token` to the form's action."""
    body = _WIDGET.substitute(
        action=escape(posting.action),
        state=escape(posting.state),
        token=escape(token),
        source=escape(spec.script_url),
        glue=_glue(spec),
        platform=escape(platform_name),
    )
    return pages.page("ask", f"Connect {platform_name}", body)


def widget_headers(spec: Widget) -> dict[str, str]:
    """What goes with a widget's page: only its script, what that frames and calls, and our glue."""
    script = f"script-src {pages.hashed(_glue(spec))} {spec.script_url}"
    frames = f"frame-src {' '.join(spec.frames) or _NOTHING}"
    calls = f"connect-src {' '.join(spec.calls) or _NOTHING}"
    return {
        **pages.HEADERS,
        "Content-Security-Policy": f"{pages.POLICY}; {script}; {frames}; {calls}",
    }


def _glue(spec: Widget) -> str:
    return _GLUE.substitute(opens=spec.opens)
