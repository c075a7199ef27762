"""What somebody who knows a person would try as their password. Pure."""

from datetime import date
from typing import Final

MINGUO: Final = 1911


def guessable(national_id: str, birth_date: date, mobile: str) -> tuple[str, ...]:
    """Return the person's ID, birth date and mobile number in the forms that people type into passwords."""
    years = [f"{birth_date:%Y}", f"{birth_date:%y}"]
    if birth_date.year > MINGUO:
        years += [f"{birth_date.year - MINGUO:03d}", str(birth_date.year - MINGUO)]
    dates = [
        mark.join((year, f"{birth_date:%m}", f"{birth_date:%d}")) for year in years for mark in ("", "-", "/", ".")
    ]
    # Without its letter or its first zero a number is no less the person's.
    return (national_id[1:], mobile[1:], *dates)
