"""Agreeing on a secret when a phone is bound, and logging in with the code that comes from it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select, update
from sqlalchemy.orm import Session

import otp.totp as totp
from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.errors import Refused
from authsvc.core.i18n import N_
from authsvc.core.jose import PublicKey, b64url, b64url_decode
from authsvc.core.keys import Place
from authsvc.core.kit import Kit
from authsvc.identity import people, sessions
from authsvc.identity.models import ACTIVE, Device, Person, Proof
from authsvc.identity.tries import TYPED_ID, spend_source
from otp.models import OtpSecret


class OtpRefused(Refused):
    """Unknown person, wrong birth date, no phone, wrong, old or used code: never told which."""

    code = "otp_refused"
    detail = N_("We could not log you in with this. Please check your ID, birth date and a new code from the app.")


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A device whose code this may be; a decoy does the same work and never matches."""

    device_id: str | None
    secret: bytes
    digits: int


def enrol(session: Session, kit: Kit, device: Device, key: PublicKey) -> dict[str, Any]:
    """Agree on a secret with a device just bound; answer what the phone needs to derive the same."""
    own = ec.generate_private_key(ec.SECP256R1())
    secret = totp.agree(own=own, other=key.as_cryptography(), device_id=device.id)
    sealed = _place(kit, device.id).seal("secret", b64url(secret))
    session.add(OtpSecret(device_id=device.id, secret=sealed, digits=kit.settings.otp_digits, last_step=0))
    point = own.public_key().public_numbers()
    public = PublicKey(b64url(point.x.to_bytes(32)), b64url(point.y.to_bytes(32)))
    return {
        "public_key": public.jwk,
        "digits": kit.settings.otp_digits,
        "period": totp.PERIOD,
        "valid_for": totp.VALID_FOR,
        "algorithm": "SHA256",
        "server_time": kit.clock.now(),
    }


def log_in(
    kit: Kit,
    *,
    national_id: str,
    birth_date: date,
    otp: str,
    unit_code: str | None = None,
    appoint_managers: bool = False,
) -> sessions.OpenedSession:
    """Open a session for a code, once (RFC 6238 section 5.2); raise `OtpRefused` or `Throttled`."""
    spend_source(kit)
    claimed_id = people.national_id_index(kit, national_id)
    kit.throttle.spend(TYPED_ID, claimed_id)
    now = kit.clock.now()
    with kit.begin() as session:
        person = people.find_by_national_id(session, kit, national_id)
        device_id = _use_code(session, kit, person, birth_date=birth_date, code=otp, at=now)
        if person is not None and device_id is not None:
            kit.throttle.forgive(session, TYPED_ID, claimed_id)
            proof = Proof(person_id=person.id, acr="otp", amr=("otp",), at=now, device_id=device_id)
            purpose: dict[str, Any] = {"unit_code": unit_code, "appoint_managers": appoint_managers}
            return sessions.open_session(session, kit, replace(proof, **purpose))
        audit.record(session, kit, "login.otp", actor=person.id if person else None, outcome=OtpRefused.code)
    raise OtpRefused


def _use_code(
    session: Session, kit: Kit, person: Person | None, *, birth_date: date, code: str, at: datetime
) -> str | None:
    """Use up a code and return its device; answer None, after the same work, when anything is wrong."""
    born = people.birth_date(kit, person) if person else None
    device_id, step = None, 0
    for candidate in _candidates(session, kit, person):
        match = totp.matching_step(candidate.secret, code, at=at, digits=candidate.digits)
        if match is not None and candidate.device_id is not None:
            device_id, step = candidate.device_id, match
    if person is None or born != birth_date or person.status != ACTIVE:
        device_id = None
    # Asked in every case: else a code that was used could be told from a wrong one by the time that it takes.
    unused = update(OtpSecret).where(OtpSecret.device_id == (device_id or ""), OtpSecret.last_step < step)
    return device_id if claim(session, unused.values(last_step=step)) else None


def _candidates(session: Session, kit: Kit, person: Person | None) -> list[Candidate]:
    """Return as many candidates as a person may have devices, decoys among them."""
    # The devices are locked: one that is unbound meanwhile is either seen as gone, or ends this session after it.
    mine = (
        select(OtpSecret, Device.id)
        .join(Device, Device.id == OtpSecret.device_id)
        .where(Device.person_id == (person.id if person else ""), Device.unbound_at.is_(None))
        .with_for_update(of=Device)
    )
    found = [
        Candidate(device_id=device_id, secret=_open(kit, device_id, row.secret), digits=row.digits)
        for row, device_id in session.execute(mine)
    ]
    decoy = Candidate(device_id=None, secret=kit.keys.mac("decoy", "otp"), digits=kit.settings.otp_digits)
    return found + [decoy] * (kit.settings.device_limit - len(found))


def _place(kit: Kit, device_id: str) -> Place:
    return kit.keys.place(OtpSecret.__tablename__, device_id)


def _open(kit: Kit, device_id: str, sealed: bytes) -> bytes:
    return b64url_decode(_place(kit, device_id).open("secret", sealed))
