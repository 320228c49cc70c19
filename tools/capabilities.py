"""Certify the connectors, and write what was seen: the capability matrix and each one's README.

`shared_code/capabilities/` holds what is served to clients, one file a connector, and is written
from a run of `tests/conformance`. The pages are made from these files and the declarations.
"""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pytest

from local.conformance import Conformance
from local.conformance.certificate import Seen
from shared_code.capabilities import FOLDER as FINDINGS
from shared_code.capabilities import Capability, Findings, findings_of, is_certified
from shared_code.catalogue import CATALOGUE, Integration
from shared_code.connect.auth.declared import NoTenant, OAuth, TenantFact, TokenEndpoint
from shared_code.connector import Connector
from shared_code.fetch.paging import Agreeing, ModifiedSince, Paging, Whole, Windows
from shared_code.spec import Resource

ROOT = Path(__file__).resolve().parents[1]
MATRIX = Path("docs/reference/capabilities.md")
RUN = "tests/conformance"
PLUGIN = "tools.certifying"
COMPARING = "not that_are_served"
"""Leaves out the check that holds the files of before against the run."""

ORIGIN = """\
Made by `make capabilities` from the connector's declaration and from what it did when it was
certified. [How connectors are certified](../../docs/guide/certifying.md).
"""

NOTES = "\n## Notes\n"

DELETIONS: Mapping[str | None, str] = {
    None: "",
    "record": "in the record",
    "page": "in the page",
    "feed": "by a feed",
    "absence": "by absence from two whole lists",
    "sweep": "by a sweep of ids",
}

WAYS: Mapping[str, str] = {
    "Whole": "one answer",
    "ModifiedSince": "by last change",
    "AfterId": "after the last id",
    "Links": "by next links",
    "Tokens": "by page tokens",
    "SyncTokens": "by a sync token",
    "Pages": "by page numbers",
    "ChangeCapture": "a feed of changes",
    "Dated": "as of a day",
    "Each": "on one contact after another, of those that do not tie",
}

INTRODUCTION = """\
# What each connector reads

Made by `make capabilities` from what the connectors did when they were certified: a type is listed
if records of it were read, and an operation if it worked. Clients get the same from
`GET /integrations`.
[How to certify a connector](../guide/certifying.md).

* **Later syncs**: whether they ask for changes only, or read the whole list again.
* **Deletions**: how one shows. Where nothing is said none was seen, or the provider deletes none.
* **Money**: amounts were compared with the provider's books record by record, exact to the cent.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the checks and write all files; the exit code is pytest's where one fails.

    With `--pages` only the pages are written, from what was seen before.
    """
    given = sys.argv[1:] if arguments is None else arguments
    if "--pages" not in given:
        # The thorough checks too.
        command = [
            sys.executable,
            "-m",
            "pytest",
            RUN,
            "-q",
            "-p",
            PLUGIN,
            "-k",
            COMPARING,
            "-m",
            "",
        ]
        if failed := subprocess.run(command, cwd=ROOT, check=False).returncode:
            return failed
    for path, text in pages().items():
        (ROOT / path).write_text(text, encoding="utf-8")
        print(f"Wrote {path}")
    return 0


def keep(seen: Seen, passed_over: Mapping[str, str]) -> None:
    """Write what a run has seen of each connector; all goes by pytest's ids."""
    for certificate, (platform, types) in seen.items():
        reasons = {
            sentence(name.rpartition("::")[2]): why
            for name, why in passed_over.items()
            if name.startswith(f"{certificate}::")
        }
        found = Findings(types, dict(sorted(reasons.items())))
        (FINDINGS / f"{platform}.json").write_text(found.to_json(), encoding="utf-8")


def pages() -> dict[Path, str]:
    """Render the matrix and the README of each connector, by path."""
    return {MATRIX: matrix(), **{_readme_of(each): readme(each) for each in certified()}}


def certified() -> list[Integration]:
    """List the connectors that have passed their checks."""
    return [each for each in CATALOGUE if is_certified(each.platform)]


def _readme_of(integration: Integration) -> Path:
    return Path(f"functions/{integration.platform}/README.md")


def matrix() -> str:
    """Render what all connectors read."""
    return INTRODUCTION + "".join(
        f"\n## [{each.name}](../../functions/{each.platform}/README.md)\n\n{_table(each)}"
        for each in certified()
    )


def readme(integration: Integration) -> str:
    """Render a connector's page: what it declares, what was seen, what was checked."""
    module = importlib.import_module(f"functions.{integration.platform}")
    connector: Connector = module.CONNECTOR
    about = (inspect.getdoc(module) or "").splitlines()[0]
    return (
        f"# {integration.name}\n\n{about}\n\n{ORIGIN}\n"
        f"## Access\n\n{_access(connector)}\n"
        f"## Lists\n\nIn the order in which a sync reads them.\n\n{_lists(connector)}\n"
        f"## Data types\n\n{_table(integration)}\n"
        f"## Checks\n\n{_checks(findings_of(integration.platform))}"
        f"{_notes(ROOT / _readme_of(integration))}"
    )


def _notes(file: Path) -> str:
    """What the connector's author wrote beneath all this stays."""
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    _, heading, notes = text.partition(NOTES)
    return heading + notes


def checks() -> list[str]:
    """Name the checks of the usual run as sentences, in their order."""
    named = [each for part in Conformance.__bases__ for each in vars(part).items()]
    return [
        sentence(name)
        for name, check in named
        if name.startswith("test_") and not _is_long(getattr(check, "pytestmark", ()))
    ]


def _is_long(marks: Iterable[pytest.Mark]) -> bool:
    return any(each.name == "long" for each in marks)


def sentence(name: str) -> str:
    """Read a check's name as what it promises."""
    words = name.partition("[")[0].removeprefix("test_").replace("_", " ").replace("pdf", "PDF")
    return f"{words[:1].upper()}{words[1:]}."


def _table(integration: Integration) -> str:
    rows = "".join(_row(each) for each in integration.capabilities)
    return (
        "| Data type | Later syncs | Deletions | Money | Attachments | PDF |\n"
        f"| --- | --- | --- | --- | --- | --- |\n{rows}"
    )


def _row(of: Capability) -> str:
    later = "changes" if of.incremental else "everything"
    marks = " | ".join("yes" * each for each in (of.money, of.attachments, of.pdf))
    return f"| `{of.data_type}` | {later} | {DELETIONS[of.deletions]} | {marks} |\n"


def _access(connector: Connector) -> str:
    auth = connector.auth
    facts = {
        "Strategy": _strategy(connector),
        "Hosts": ", ".join(f"`{each}`" for each in dict.fromkeys(connector.hosts)),
        "Tenants": _tenants(connector),
        "A used refresh token works again for": _duration(auth.rules.refresh_grace),
        "Idle access ends after": _duration(auth.rules.idle_limit),
        "Given back by": _given_back(connector),
    }
    if isinstance(auth, OAuth):
        facts["Scopes"] = ", ".join(f"`{each}`" for each in auth.scopes)
    rows = "".join(f"| {name} | {text} |\n" for name, text in facts.items() if text)
    return f"| | |\n| --- | --- |\n{rows}"


def _strategy(connector: Connector) -> str:
    auth = connector.auth
    pkce = ", with PKCE" if isinstance(auth, OAuth) and auth.pkce else ""
    return f"`{type(auth).__name__}`{pkce}"


def _tenants(connector: Connector) -> str:
    match connector.tenants:
        case NoTenant():
            return "a grant is for one account"
        case TenantFact() as known:
            return f"the grant's `{known.fact}`"
    return "listed by the provider; of several the user chooses one"


def _given_back(connector: Connector) -> str:
    auth = connector.auth
    revokes = isinstance(auth, TokenEndpoint) and auth.revocation_url
    ways = ["disconnecting the tenant"] if connector.disconnect else []
    if revokes and auth.rules.revocation_reach != "user":
        ways.append("revoking the tokens")
    return ", ".join(ways)


def _duration(of: object) -> str:
    if of is None:
        return ""
    seconds = of.total_seconds()  # type: ignore[attr-defined]
    if seconds > 10**9:
        return "ever"
    for size, name in ((86_400, "days"), (60, "minutes")):
        if seconds and not seconds % size:
            return f"{seconds / size:g} {name}"
    return f"{seconds:g} seconds"


def _lists(connector: Connector) -> str:
    rows = "".join(
        f"| {each.name} | `{each.path}` | {_way(each.paging)} | {_feeds(each)} |"
        f" {', '.join(each.lookups)} |\n"
        for each in connector.source.resources
    )
    return f"| List | Path | Read | Feeds | Looks up |\n| --- | --- | --- | --- | --- |\n{rows}"


def _feeds(resource: Resource) -> str:
    fed = [f"`{each.data_type}`" for each in resource.feeds]
    held = [f"the tie-out of `{check.explains or check.kind}`" for check in resource.checks]
    return ", ".join([*fed, *(f"deletions of `{each}`" for each in resource.deletes), *held])


def _way(paging: Paging) -> str:
    if isinstance(paging, Agreeing):
        return f"{_way(paging.inner)}, until two readings agree"
    if isinstance(paging, Windows):
        return f"{_way(paging.inner)}, in windows of time"
    way = WAYS.get(type(paging).__name__, type(paging).__name__)
    size = paging.page_size if isinstance(paging, ModifiedSince) else getattr(paging, "size", None)
    return way if size is None or isinstance(paging, Whole) else f"{way}, {size:,} a page"


def _checks(found: Findings) -> str:
    applying = [each for each in checks() if each not in found.passed_over]
    return (
        f"These {len(applying)} passed against the simulator:\n\n"
        + _listed(applying)
        + "\nThese do not apply:\n\n"
        + _listed(f"{name} ({reason})" for name, reason in found.passed_over.items())
    )


def _listed(lines: Iterable[str]) -> str:
    return "".join(f"* {each}\n" for each in lines)


if __name__ == "__main__":
    sys.exit(main())
