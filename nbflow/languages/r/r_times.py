"""Turns moments and durations into the seconds that R counts in, and back, where no microsecond is lost."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from nbflow.errors import NotForR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def zone_name(zone: tzinfo | None) -> str | None:
    """Return the name of a time zone for R; a zone without a name, such as a fixed offset, becomes UTC."""
    return None if zone is None else str(getattr(zone, "key", None) or getattr(zone, "zone", None) or "UTC")


def exact_seconds(moment: datetime, where: str) -> float:
    """Return the seconds since 1970; a moment without a zone counts as one of UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return _seconds((aware - _EPOCH) // _MICROSECOND, moment, where)


def seconds_between(duration: timedelta, where: str) -> float:
    """Return the seconds of a duration."""
    return _seconds(duration // _MICROSECOND, duration, where)


def _seconds(microseconds: int, value: datetime | timedelta, where: str) -> float:
    seconds = microseconds / 1e6
    if getattr(value, "nanosecond", getattr(value, "nanoseconds", 0)) or microseconds_in(seconds) != microseconds:
        raise time_too_fine(where, str(value))
    return seconds


def microseconds_in(seconds: float) -> int:
    """Return seconds as microseconds. The fraction is multiplied alone: a product of the whole could be off by one."""
    whole = math.floor(seconds)
    return whole * 1_000_000 + round((seconds - whole) * 1e6)


def time_too_fine(where: str, value: str) -> NotForR:
    """Return the error for a moment or a duration of which R would lose a part."""
    why = f"it is {value}, and R counts seconds in numbers, which hold microseconds up to the year 2242"
    return NotForR(where, why, 'Round it, for example with .dt.round("us")')


def moment_of(seconds: float, zone: str) -> datetime:
    """Return the moment so many seconds after 1970, to the microsecond; without a zone if its name is empty."""
    moment = _EPOCH + timedelta(microseconds=microseconds_in(seconds))
    return moment.astimezone(ZoneInfo(zone)) if zone else moment.replace(tzinfo=None)
