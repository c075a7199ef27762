"""Logging in with a one-time code, and how a phone's codes stand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, TypeVar

from sqlalchemy import update
from sqlalchemy.orm import Session

import otp.enrolment as enrolment
import otp.tags as tags
import otp.totp as totp
from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.errors import NotFound, Refused
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.core.throttle import NEVER
from authsvc.identity import people, sessions, sweeps
from authsvc.identity.models import ACTIVE, Person, Proof
from authsvc.identity.standing import hold_active
from authsvc.identity.tries import TYPED_ID, spend_source
from otp.enrolment import Candidate
from otp.models import OtpSecret

Used = TypeVar("Used")
NO_TAG: Final = "--"  # never served: what is computed with it matches nothing


class OtpRefused(Refused):
    """Unknown person, wrong birth date, no phone, wrong, old or used code: never told which."""

    code = "otp_refused"
    detail = N_("We could not log you in with this. Please check your ID, birth date and a new code from the app.")


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What was typed, and the characters of the page where they are this browser's."""

    national_id: str
    birth_date: date
    code: str
    tag: str


def log_in(
    kit: Kit,
    *,
    national_id: str,
    birth_date: date,
    otp: str,
    unit_code: str | None = None,
    appoint_managers: bool = False,
    page_tag: str | None = None,
) -> sessions.OpenedSession:
    """Open a session for a code, once (RFC 6238 section 5.2).

    Raise `OtpRefused`, `Throttled` (this person or this address), `TriesClosed` or `TypedCodesPaused`.
    """
    purpose: dict[str, Any] = {"unit_code": unit_code, "appoint_managers": appoint_managers}
    typed = Typed(national_id=national_id, birth_date=birth_date, code=otp, tag=_live_tag(kit, page_tag))
    return _braked(kit, typed, lambda session, proof: sessions.open_session(session, kit, replace(proof, **purpose)))


def prove(kit: Kit, *, national_id: str, birth_date: date, otp: str, page_tag: str | None = None) -> Proof:
    """Accept a code once and return whose it is, without opening a session; raise what `log_in` raises."""
    typed = Typed(national_id=national_id, birth_date=birth_date, code=otp, tag=_live_tag(kit, page_tag))
    return _braked(kit, typed, lambda _session, proof: proof)


def _braked(kit: Kit, typed: Typed, use: Callable[[Session, Proof], Used]) -> Used:
    """Count the try first; then use the proof of a right code, or raise `OtpRefused`."""
    sweeps.require_calm(kit)
    spend_source(kit)
    kit.throttle.spend(TYPED_ID, people.national_id_index(kit, typed.national_id))
    used = _use_proof(kit, typed, use)
    if used is None:
        sweeps.count_failure(kit)
        raise OtpRefused
    sweeps.remember_success(kit)
    return used


def _live_tag(kit: Kit, claimed: str | None) -> str:
    """Return the characters if they are on a page of this browser now, else those that match nothing."""
    return claimed if tags.is_served(kit, claimed or NO_TAG) and claimed else NO_TAG


def _use_proof(kit: Kit, typed: Typed, use: Callable[[Session, Proof], Used]) -> Used | None:
    """Use the proof and clear the count, or record the refusal and answer None; in one transaction."""
    now = kit.clock.now()
    with kit.begin() as session:
        person = people.find_by_national_id(session, kit, typed.national_id)
        hold_active(session, person.id if person else None)  # first, as a suspension does; `_use_code` looks at it
        device_id = _use_code(session, kit, person, typed, at=now)
        if person is None or device_id is None:
            audit.record(session, kit, "login.otp", actor=person.id if person else None, outcome=OtpRefused.code)
            return None
        kit.throttle.forgive(session, TYPED_ID, person.national_id_index)
        return use(session, Proof(person_id=person.id, acr="otp", amr=("otp",), at=now, device_id=device_id))


def _use_code(session: Session, kit: Kit, person: Person | None, typed: Typed, *, at: datetime) -> str | None:
    """Use up a code and return its device; answer None, after the same work, when anything is wrong."""
    born = people.birth_date(kit, person) if person else None
    device_id, step = None, 0
    for candidate in enrolment.candidates(session, kit, person.id if person else None):
        match = _matching_step(kit, candidate, typed, at=at)
        if match is not None and candidate.device_id is not None:
            device_id, step = candidate.device_id, match
    if person is None or born != typed.birth_date or person.status != ACTIVE:
        device_id = None
    # Asked in every case: else a code that was used could be told from a wrong one by the time that it takes.
    unused = update(OtpSecret).where(OtpSecret.device_id == (device_id or ""), OtpSecret.last_step < step)
    ahead = max(0, step - totp.step_at(at))
    return device_id if claim(session, unused.values(last_step=step, last_used_at=at, steps_ahead=ahead)) else None


def _matching_step(kit: Kit, candidate: Candidate, typed: Typed, *, at: datetime) -> int | None:
    """Return the step of a code that this deployment takes: plain, of this page, or either."""
    mode, found = kit.settings.otp_page_tag, None
    if mode != "required":
        found = totp.matching_step(candidate.secret, typed.code, at=at, digits=candidate.digits)
    if mode != "off":
        secret = totp.tagged(candidate.secret, typed.tag)
        match = totp.matching_step(secret, typed.code, at=at, digits=candidate.digits)
        if match is not None and typed.tag != NO_TAG:
            found = match
    return found


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a phone's codes stand: what was used, and whether typed codes of its owner are open, paused or closed.

    `steps_ahead` is 1 where the phone's clock was a step fast at its last accepted code; `open_at` ends a pause.
    """

    rules: Mapping[str, Any]
    last_used_step: int | None
    last_used_at: datetime | None
    steps_ahead: int
    typed_codes: str
    open_at: datetime | None
    server_time: datetime


def show_standing(kit: Kit, *, device_id: str, person_id: str) -> Standing:
    """Return how a bound phone's codes stand, without a secret; raise `NotFound` where it makes none."""
    now = kit.clock.now()
    with kit.read() as session:
        row = session.get(OtpSecret, device_id)
        if row is None:
            raise NotFound
        subject = session.get_one(Person, person_id).national_id_index
        open_at = kit.throttle.opens_at(session, TYPED_ID, subject)
    state = "closed" if open_at >= NEVER else "paused" if open_at > now else "open"
    return Standing(
        rules=enrolment.rules(kit, row.digits),
        last_used_step=row.last_step if row.last_used_at else None,
        last_used_at=row.last_used_at,
        steps_ahead=row.steps_ahead,
        typed_codes=state,
        open_at=open_at if state == "paused" else None,
        server_time=now,
    )
