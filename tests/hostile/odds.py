"""What the limits in force leave to somebody who guesses device codes. Pure; `docs/threats.md` shows the table."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import takewhile
from typing import Final

from authsvc.core.crockford import ALPHABET, LENGTH
from authsvc.core.throttle import NEVER, Limit
from authsvc.identity.tries import SOURCE, TYPED_ID
from devicebind.service import LIFE, PER_CODE

CODES: Final = len(ALPHABET) ** LENGTH
PEOPLE: Final = 24_000_000
DAY, YEAR = timedelta(days=1), timedelta(days=365)
START: Final = datetime(2026, 1, 1, tzinfo=UTC)
ADDRESSES: Final = (1, 1_000, 100_000)


def moments(limit: Limit) -> Iterator[timedelta]:
    """Yield when each try of somebody who never waits longer than they must is let in, the first at nought."""
    at, tries = START, 0
    while at < NEVER:
        yield at - START
        tries += 1
        at = limit.open_at(tries, at=at)


def moments_before(limit: Limit, span: timedelta) -> list[timedelta]:
    """Return the moments within `span`."""
    return list(takewhile(lambda moment: moment < span, moments(limit)))


@cache
def tries_within(limit: Limit, span: timedelta) -> int:
    """Return the most tries of one subject within `span`, with the best rhythm of trying and waiting."""
    times = moments_before(limit, span)
    best = len(times)
    if limit.forgets is None:
        return best
    for period, tries in periods(limit, times, limit.forgets).items():
        if period < span:
            best = max(best, tries + tries_within(limit, span - period))
    return best


def periods(limit: Limit, times: list[timedelta], forgets: timedelta) -> dict[timedelta, int]:
    """Return how long it takes until counting starts anew, and the most tries for each such time."""
    found = {}
    for tries, moment in enumerate(times, 1):
        open_again = limit.open_at(tries, at=START + moment) - START
        found[max(forgets, open_again)] = tries
    return found


@dataclass(frozen=True, kw_only=True)
class Gain:
    """What a sweep over everybody gains in its first day: guesses, and phones bound on average in two worlds."""

    addresses: int
    guesses: int
    if_all_hold_a_code: float
    if_each_binds_once_a_year: float


def sweep(addresses: int) -> Gain:
    """Return what so many addresses gain in a day, where nobody's own success forgives a try."""
    by_source = addresses * tries_within(SOURCE, DAY)
    guesses = min(by_source, PEOPLE * tries_within(TYPED_ID, DAY))
    made_a_day = PEOPLE * (DAY / YEAR)
    at_live_codes = min(guesses * (LIFE / YEAR), made_a_day * PER_CODE.tries)
    return Gain(
        addresses=addresses,
        guesses=guesses,
        if_all_hold_a_code=guesses / CODES,
        if_each_binds_once_a_year=at_live_codes / CODES,
    )


def one_person() -> dict[str, float]:
    """Return the guesses at one person: at one code, in the first day, and in all; and the chance of the last."""
    first_day, in_all = tries_within(TYPED_ID, DAY), tries_within(TYPED_ID, YEAR)
    return {"a code": PER_CODE.tries, "first day": first_day, "in all": in_all, "chance": in_all / CODES}


def table() -> str:
    """Return the figures as `docs/threats.md` shows them."""
    one = one_person()
    rows = [
        "| who is guessed at | addresses | guesses | phones, were a code always live | were each to bind once a year |",
        "|---|---|---|---|---|",
        f"| one person, while one code lives | any | {one['a code']:,} | {one['a code'] / CODES:.1e} | |",
        f"| one person, first day | any | {one['first day']:,} | {one['first day'] / CODES:.1e} | |",
        f"| one person, until they succeed themselves | any | {one['in all']:,} | {one['chance']:.1e} | |",
    ]
    for gain in map(sweep, ADDRESSES):
        chances = f"{gain.if_all_hold_a_code:.1e} | {gain.if_each_binds_once_a_year:.1e}"
        rows.append(f"| all {PEOPLE:,}, first day | {gain.addresses:,} | {gain.guesses:,} | {chances} |")
    return "\n".join(rows)
