"""Moments as people in Taiwan read them, on pages and in mails: Taipei's time, years of the Republic in Chinese."""

from datetime import datetime, timedelta, timezone
from typing import Final

TAIPEI: Final = timezone(timedelta(hours=8))  # no daylight saving since 1979
BEFORE_THE_REPUBLIC: Final = 1911
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec")


def local(at: datetime) -> datetime:
    """Return a moment in Taipei's time, for its calendar day."""
    return at.astimezone(TAIPEI)


def moment_text(at: datetime, language: str) -> str:
    """Return a moment to the minute: 民國115年11月21日 09:33 in Chinese, 21 Nov 2026, 09:33 in any other language.

    The pages' scripts write the same form (`moment` in texts.js and in the phone's i18n.js).
    """
    here = local(at)
    if language.startswith("zh"):
        return f"民國{here.year - BEFORE_THE_REPUBLIC}年{here.month}月{here.day}日 {here:%H:%M}"
    return f"{here.day} {MONTHS[here.month - 1]} {here.year}, {here:%H:%M}"
