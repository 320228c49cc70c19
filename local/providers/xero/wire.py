"""How Xero writes values: numbers, instants, calendar dates."""

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import orjson

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
DAY_MILLISECONDS = 86_400_000
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
FOUR_PLACES, SIX_PLACES = Decimal("0.0001"), Decimal("0.000001")

Number = orjson.Fragment


def number(amount: Decimal) -> Number:
    """Write an amount as a JSON number with the digits it has; no float is involved."""
    return orjson.Fragment(str(amount))


def quantity(amount: Decimal) -> Number:
    """Write a quantity or a percentage with four decimals."""
    return orjson.Fragment(str(amount.quantize(FOUR_PLACES)))


def rate(amount: Decimal) -> Number:
    """Write a currency rate with six decimals."""
    return orjson.Fragment(str(amount.quantize(SIX_PLACES)))


def unit_price(amount: Decimal, places: int) -> Number:
    """Write a unit price with two decimals, or four when asked for with `unitdp=4`."""
    exponent = Decimal(1).scaleb(-places)
    return orjson.Fragment(str(amount.quantize(exponent, ROUND_HALF_UP)))


def instant(moment: datetime) -> str:
    """Write an instant as milliseconds since the epoch."""
    return f"/Date({(moment - EPOCH) // MILLISECOND}+0000)/"


def instant_text(moment: datetime) -> str:
    """Write the ISO twin of an instant, whole seconds."""
    return f"{moment:%Y-%m-%d %H:%M:%S}+00:00"


def day(when: date) -> str:
    """Write a calendar date as its midnight in UTC."""
    return f"/Date({(when.toordinal() - EPOCH_ORDINAL) * DAY_MILLISECONDS}+0000)/"


def day_text(when: date) -> str:
    """Write the ISO twin of a calendar date."""
    return f"{when.isoformat()}T00:00:00"
