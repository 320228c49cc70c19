"""The entry of the function app: registers what lies in `functions/`, whatever was packed.

The repository holds every service; a deployed package holds one. `CAUSEWAY_SERVICES` (names joined
by commas) narrows a local start.
"""

import importlib
import os
import pkgutil

import azure.durable_functions as df
import azure.functions as func

import functions

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)

_present = sorted(module.name for module in pkgutil.iter_modules(functions.__path__))
_wanted = {name.strip() for name in os.environ.get("CAUSEWAY_SERVICES", "").split(",")} - {""}

if _unknown := sorted(_wanted.difference(_present)):
    raise ValueError(
        f"CAUSEWAY_SERVICES names what is not here: {', '.join(_unknown)}. "
        f"There are: {', '.join(_present)}"
    )

for _service in _present:
    if not _wanted or _service in _wanted:
        app.register_functions(importlib.import_module(f"functions.{_service}").bp)
