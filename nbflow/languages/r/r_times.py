"""Turns moments and durations into the seconds that R counts in, and back, where no microsecond is lost."""

from __future__ import annotations

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
    if (
        getattr(value, "nanosecond", getattr(value, "nanoseconds", 0))
        or round(microseconds / 1e6 * 1e6) != microseconds
    ):
        raise time_too_fine(where, str(value))
    return microseconds / 1e6


def time_too_fine(where: str, value: str) -> NotForR:
    """Return the error for a moment or a duration of which R would lose a part."""
    why = f"it is {value}, and R counts seconds in numbers, which hold microseconds up to the year 2242"
    return NotForR(where, why, 'Round it, for example with .dt.round("us")')


def moment_of(seconds: float, zone: str) -> datetime:
    """Return the moment so many seconds after 1970, to the microsecond; without a zone if its name is empty."""
    moment = _EPOCH + timedelta(microseconds=round(seconds * 1e6))
    return moment.astimezone(ZoneInfo(zone)) if zone else moment.replace(tzinfo=None)
