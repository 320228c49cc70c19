"""The pages that a company's people see while they link: plain, quick, and without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from string import Template

from shared_code.connect.attempts import Tenant

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What every page is sent with: nothing is loaded, framed, kept or told to the next site."""

_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
:root { color-scheme: light dark; --ink: #16202a; --soft: #5a6875; --line: #dde3e8;
  --page: #f3f6f8; --card: #fff; --accent: #0b6e5f; --onaccent: #fff; --mark: #e3f4f0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf1; --soft: #9fb0bd; --line: #2c3a46;
  --page: #10171d; --card: #18222b; --accent: #3fbfa8; --onaccent: #07221d; --mark: #14332e; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--page); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { width: 100%; max-width: 27rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 14px; padding: 2.25rem; }
.mark { width: 3rem; height: 3rem; border-radius: 50%; background: var(--mark);
  color: var(--accent); display: grid; place-items: center; font-size: 1.5rem;
  font-weight: 700; margin-bottom: 1.25rem; }
h1 { font-size: 1.375rem; line-height: 1.25; margin: 0 0 .5rem; }
p { margin: .5rem 0 0; color: var(--soft); }
strong { color: var(--ink); }
label { display: flex; gap: .75rem; align-items: center; padding: .75rem 1rem; margin-top: .625rem;
  border: 1px solid var(--line); border-radius: 10px; cursor: pointer; }
label:has(:checked) { border-color: var(--accent); background: var(--mark); }
input { accent-color: var(--accent); width: 1.1rem; height: 1.1rem; margin: 0; }
button { margin-top: 1.5rem; width: 100%; font: inherit; font-weight: 600; padding: .75rem 1rem;
  border: 0; border-radius: 10px; background: var(--accent); color: var(--onaccent);
  cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
</style>
</head>
<body><main>
<div class="mark" aria-hidden="true">$mark</div>
<h1>$title</h1>
$body
</main></body>
</html>
""")


def linked_page(platform: str, tenant: str) -> str:
    """Say that it is done; what happens next needs nobody."""
    return _page(
        f"{platform} is connected",
        "&#10003;",
        f"<p>The books of <strong>{escape(tenant)}</strong> are being read now."
        " You can close this page.</p>",
    )


def choice_page(platform: str, tenants: Sequence[Tenant], *, action: str, state: str) -> str:
    """Ask which of several organisations is meant."""
    options = "".join(
        f'<label><input type="radio" name="tenant" value="{escape(each.id)}" required>'
        f"<span>{escape(each.name)}</span></label>"
        for each in tenants
    )
    return _page(
        "Which organisation?",
        "?",
        f"<p>You gave access to several organisations in {escape(platform)}."
        " This connection is for one of them.</p>"
        f'<form method="post" action="{escape(action)}">'
        f'<input type="hidden" name="state" value="{escape(state)}">{options}'
        "<button>Connect</button></form>",
    )


def problem_page(title: str, explanation: str) -> str:
    """Say what went wrong and what can be done, without a word of what was inside."""
    return _page(title, "!", f"<p>{escape(explanation)}</p>")


def _page(title: str, mark: str, body: str) -> str:
    return _PAGE.substitute(title=escape(title), mark=mark, body=body)
