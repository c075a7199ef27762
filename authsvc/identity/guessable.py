"""What somebody who knows a person would try as their password. Pure."""

from datetime import date
from typing import Final

MINGUO: Final = 1911
SHORTEST_DATE: Final = 4  # fewer digits stand in many a password by chance


def guessable(national_id: str, birth_date: date, mobile: str) -> tuple[str, ...]:
    """Return the person's ID, birth date and mobile number in the forms that people type into passwords.

    Only letters and digits: whoever compares leaves out the signs between them, too.
    """
    years = [f"{birth_date:%Y}", f"{birth_date:%y}"]
    if birth_date.year > MINGUO:
        years += [f"{birth_date.year - MINGUO:03d}", str(birth_date.year - MINGUO)]
    days = [(f"{birth_date:%m}", f"{birth_date:%d}"), (str(birth_date.month), str(birth_date.day))]
    dates = [order for year in years for month, day in days for order in (year + month + day, month + day + year)]
    dates += [day + month + year for year in years for month, day in days]
    # Without its letter or its first zero a number is no less the person's.
    return (national_id[1:], mobile[1:], *dict.fromkeys(each for each in dates if len(each) >= SHORTEST_DATE))
