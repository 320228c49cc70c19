"""The templates of the pages that people see."""

from decimal import Decimal
from pathlib import Path

from starlette.templating import Jinja2Templates

TEMPLATES = Jinja2Templates(Path(__file__).with_name("templates"))
TEMPLATES.env.filters["decimal"] = Decimal
