"""Moments as people in Taiwan read them, on pages and in mails: Taipei's time, years of the Republic in Chinese."""

from datetime import date, datetime, timedelta, timezone
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
    return f"{day_text(here, language)}{' ' if language.startswith('zh') else ', '}{here:%H:%M}"


def day_text(day: date, language: str) -> str:
    """Return a calendar day: 民國115年11月21日 in Chinese, 21 Nov 2026 in any other language."""
    if language.startswith("zh"):
        return f"民國{day.year - BEFORE_THE_REPUBLIC}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
