"""Names of files and days as the reference writes them: unit code and a date of the Republic. Pure."""

import re
from datetime import date, datetime
from typing import Final

from authsvc.core.localtime import BEFORE_THE_REPUBLIC, local

NAME: Final = re.compile(r"([0-9]{9})([0-9]{7})\.csv", re.IGNORECASE)
ROC_DAY: Final = re.compile(r"([0-9]{2,3})[-/.]?([0-9]{2})[-/.]?([0-9]{2})")
YEARS: Final = range(1912, 2201)  # of the Republic; far from where a calendar ends
ISO_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


def name_fault(file_name: str, *, unit_code: str, today: date) -> str | None:
    """Return what is wrong with a file's name: its shape, its unit, its date, a day to come; None where it is right."""
    shape = NAME.fullmatch(file_name)
    if shape is None:
        return "name_shape"
    if shape[1] != unit_code:
        return "name_unit"
    day = read_day(shape[2])
    if day is None:
        return "name_date"
    return "name_future" if day > today else None


def name_for(unit_code: str, day: date) -> str:
    """Return the name of a unit's file of a day, such as 1109000111151121.csv."""
    return f"{unit_code}{roc(day)}.csv"


def log_name(file_name: str, at: datetime) -> str:
    """Return the name of a file's log, with the moment of the upload by Taipei's clock."""
    here = local(at)
    return f"{file_name[: -len('.csv')]}.{roc(here.date())}{here:%H%M%S}.log"


def roc(day: date) -> str:
    """Return a day as year of the Republic (3 digits), month and day."""
    return f"{day.year - BEFORE_THE_REPUBLIC:03}{day:%m%d}"


def read_day(text: str) -> date | None:
    """Return a typed day of 1912 to 2200: 1050901 or 105/09/01 (years of the Republic), or 2016-09-01; else None."""
    iso, of_republic = ISO_DAY.fullmatch(text), ROC_DAY.fullmatch(text)
    shape = iso or of_republic
    if shape is None or not text.isascii():
        return None
    year = int(shape[1]) + (0 if iso else BEFORE_THE_REPUBLIC)
    try:
        return date(year, int(shape[2]), int(shape[3])) if year in YEARS else None
    except ValueError:
        return None


def log_moment(at: datetime, *, morning: str, afternoon: str) -> str:
    """Return a moment as the log writes it: 2016/7/13 上午 11:56:45."""
    here = local(at)
    half = morning if here.hour < 12 else afternoon  # noqa: PLR2004 - noon
    return f"{here.year}/{here.month}/{here.day} {half} {here:%I:%M:%S}"
