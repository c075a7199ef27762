"""What numbers, times and choices of the settings can work."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from authsvc.outside import HOURS

LONGEST_SIM_AGE = timedelta(hours=2400)  # what operators can be asked (CAMARA SimSwap 2.1)

LEAST_STRENGTH = {"argon2_memory_kib": 19_456, "proof_of_work": 500}  # the first is OWASP's lowest for argon2id


def too_weak(given: Mapping[str, Any]) -> list[str]:
    """Return what to set for each strength that is none in production."""
    return [
        f"AUTHSVC_{name.upper()} to {least} or more" for name, least in LEAST_STRENGTH.items() if given[name] < least
    ]


def wrong_numbers(given: Mapping[str, Any]) -> list[str]:
    """Return what to set for each number that cannot work."""
    lowest = {
        "epoch": 0,
        "trusted_proxies": 0,
        "device_limit": 1,
        "sweep_limit": 10,
        "argon2_memory_kib": 32,
        "argon2_time": 1,
        "db_pool": 1,
        "proof_of_work": 2,
    }
    wrong = [f"AUTHSVC_{name.upper()} to {least} or more" for name, least in lowest.items() if given[name] < least]
    if given["otp_digits"] not in range(6, 9):
        wrong.append("AUTHSVC_OTP_DIGITS to 6, 7 or 8")
    if given["otp_page_tag"] not in ("off", "offered", "required"):
        wrong.append("AUTHSVC_OTP_PAGE_TAG to off, offered or required")
    if not timedelta(hours=1) <= given["telco_sim_age"] <= LONGEST_SIM_AGE:
        wrong.append("AUTHSVC_TELCO_SIM_AGE to a time from 1 hour to 100 days")
    if (hours := given["service_hours"]) and not (HOURS.fullmatch(hours) and hours[:5] < hours[6:]):
        wrong.append("AUTHSVC_SERVICE_HOURS to hours of one day such as 06:00-24:00, or leave it empty")
    if given["refresh_idle"] <= timedelta(0):
        wrong.append("AUTHSVC_REFRESH_IDLE to a time above 0")
    for whose in ("SESSION", "COUNTER"):
        if not timedelta(0) < given[f"{whose.lower()}_idle"] <= given[f"{whose.lower()}_absolute"]:
            wrong.append(f"AUTHSVC_{whose}_IDLE to a time above 0 and not above AUTHSVC_{whose}_ABSOLUTE")
    if given["sessions_kept"] < timedelta(0):
        wrong.append("AUTHSVC_SESSIONS_KEPT to a time of 0 or more")
    return wrong
