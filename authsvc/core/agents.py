"""A browser's own words, turned into two that people know. Pure; believed by nobody, shown as a help."""

from typing import Final

BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
UNKNOWN: Final = "?"


def is_other(here: str, there: str) -> bool:
    """Tell whether two descriptions are of different kinds of browser; what is not known is no other kind."""
    known = here not in ("", UNKNOWN) and there not in ("", UNKNOWN)
    return known and here != there


def describe(user_agent: str) -> str:
    """Return browser and system, such as `Chrome, Windows`; what is not known is left out, and all of it is `?`."""
    found = [next((name for mark, name in table if mark in user_agent), "") for table in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in found if name) or UNKNOWN
