"""What to do with a running platform: the addresses and commands that are printed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from shared_code.catalogue import by_platform

_TEXT = """\
  The API        {api}
  Documentation  {api}/docs
{simulators}
  For scripts    {state} (addresses, API key)

Create a company and a connection for it, and open the connection's `linkUrl` in a browser;
then read its books:

  AUTH=$({python} -c "import json; print(json.load(open('{state}'))['authorization'])")
  curl -H "Authorization: $AUTH" --json '{{"name": "Harbour Lane"}}' {api}/companies
  curl -H "Authorization: $AUTH" --json '{{"platformKey": "gbol"}}' {api}/companies/ID/connections
  curl -H "Authorization: $AUTH" '{api}/companies/ID/data/invoices?query=amountDue>1000'

Or with Codat's own SDK (pip install codat-platform):

  import json
  from codat_platform import CodatPlatform
  from codat_platform.models import shared

  stack = json.load(open("{state}"))
  caller = shared.Security(auth_header=stack["authorization"])
  codat = CodatPlatform(security=caller, server_url=stack["apiUrl"])
  print(codat.companies.list())
"""


def ways_on(
    api: str, simulators: Mapping[str, str], state: Path = Path(".local/stack.json")
) -> str:
    """Say where everything is and how to call it, given the base URLs of API and simulators.

    Simulators go by their platform; each shows a page on which one can change its books.
    """
    named = {f"{by_platform(platform).name} simulator": url for platform, url in simulators.items()}
    return _TEXT.format(
        api=api,
        simulators="\n".join(f"  {name:<14} {url}" for name, url in named.items()),
        python=".venv/bin/python",
        state=state,
    )
