"""Device codes: made after a card login, followed by the page, and turned into a bound phone once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update

from authsvc.core import audit, qr
from authsvc.core.db import claim
from authsvc.core.errors import NotFound, Problem, Refused, Throttled
from authsvc.core.held import Held
from authsvc.core.i18n import N_
from authsvc.core.jose import PublicKey
from authsvc.core.keys import new_id
from authsvc.core.kit import Kit
from authsvc.core.throttle import Limit, Tally
from authsvc.identity import people
from authsvc.identity.devices import DeviceFacts
from authsvc.identity.models import SessionView
from authsvc.identity.sessions import require_recent_card
from authsvc.identity.tries import TYPED_ID, spend_source
from devicebind.binding import Binding, NewPhone, complete, lock_person, tell
from devicebind.codes import find_secret, new_code, new_secret, picture_text, show
from devicebind.models import USED, VOID, WAITING, DeviceCode

LIFE: Final = timedelta(minutes=10)
CARD_WITHIN: Final = timedelta(minutes=5)
KEPT: Final = timedelta(days=30)
PER_CODE: Final = Limit(scope="device-code", tries=5, closes_at=5)
POLL_SECONDS: Final = 1.0


class DeviceCodeRefused(Refused):
    """Unknown person, no code, a wrong, used or old one: never told which."""

    code = "device_code_refused"
    detail = N_("We could not accept this code. Please check it and your ID, or generate a new code.")


@dataclass(frozen=True, kw_only=True)
class MadeCode:
    """A code that was just made, the only time that it is known."""

    id: str
    code: str
    qr_text: str
    qr_svg: str
    expires_at: datetime


def make_code(kit: Kit, *, view: SessionView) -> MadeCode:
    """Make a code for the person of a fresh card login and void the older one; raise `StepUpRequired`."""
    require_recent_card(kit, view, within=CARD_WITHIN)
    now, code, secret, person_id = kit.clock.now(), new_code(), new_secret(), view.person_id
    row = DeviceCode(
        id=new_id(),
        person_id=person_id,
        code_digest=_code_digest(kit, person_id, code),
        secret_digest=_secret_digest(kit, secret),
        state=WAITING,
        made_at=now,
        expires_at=now + LIFE,
    )
    older = update(DeviceCode).where(DeviceCode.person_id == person_id, DeviceCode.state == WAITING)
    with kit.begin() as session:
        # Locked first, so that two codes asked for at once do not both stay.
        lock_person(session, person_id)
        session.execute(older.values(state=VOID))
        session.add(row)
        audit.record(session, kit, "device_code.made", actor=person_id, object=row.id)
    text = picture_text(kit.settings.public_origin, secret)
    return MadeCode(id=row.id, code=show(code), qr_text=text, qr_svg=qr.svg(text), expires_at=row.expires_at)


def follow_code(kit: Kit, *, code_id: str, person_id: str, wait: int) -> str:
    """Return a code's status, after up to `wait` seconds in which it is still waiting; raise `NotFound`."""
    with kit.port(Held).turn(code_id) as turn:
        until = kit.clock.now() + timedelta(seconds=wait if turn.granted else 0)
        while True:
            status = _status(kit, code_id, person_id)
            left = (until - kit.clock.now()).total_seconds()
            if status != WAITING or left <= 0 or not turn.is_newest():
                return status
            kit.clock.sleep(min(POLL_SECONDS, left))


def _status(kit: Kit, code_id: str, person_id: str) -> str:
    with kit.read() as session:
        mine = select(DeviceCode).where(DeviceCode.id == code_id, DeviceCode.person_id == person_id)
        row = session.scalar(mine)
    if row is None:
        raise NotFound
    return "expired" if row.state == WAITING and row.expires_at <= kit.clock.now() else row.state


def bind_phone(
    kit: Kit,
    *,
    key: PublicKey,
    device: DeviceFacts,
    otp_public_key: PublicKey,
    code: str | None = None,
    national_id: str | None = None,
    qr_text: str | None = None,
) -> Binding:
    """Bind a phone by a typed code with the national ID, or by a scanned text.

    Raise `DeviceCodeRefused`, `Throttled`, `DeviceLimitReached`, `KeyAlreadyBound` or `OnlineServicesSuspended`.
    """
    if qr_text is None:
        row = _find_typed(kit, code=code or "", national_id=national_id or "")
    else:
        row = _find_scanned(kit, qr_text)
    if row is None:
        raise DeviceCodeRefused
    phone = NewPhone(key=key, facts=device, otp_key=otp_public_key)
    try:
        return _use(kit, row, phone)
    except Problem as refusal:
        _remember(kit, row, refusal)
        raise


def _find_typed(kit: Kit, *, code: str, national_id: str) -> DeviceCode | None:
    """Return the code that was typed, whatever its state; tries are spent before it is compared."""
    spend_source(kit)
    claimed_id = people.national_id_index(kit, national_id)
    kit.throttle.spend(TYPED_ID, claimed_id)
    with kit.read() as session:
        person = people.find_by_national_id(session, kit, national_id)
        person_id = person.id if person else ""
        live = session.scalar(
            select(DeviceCode.id).where(DeviceCode.person_id == person_id, DeviceCode.state == WAITING)
        )
    # Where there is no code the ID pays instead, so that the work is the same.
    last = _spend_on_code(kit, live.encode() if live else claimed_id)
    with kit.read() as session:
        mine = select(DeviceCode).where(DeviceCode.person_id == person_id)
        row = session.scalar(mine.where(DeviceCode.code_digest == _code_digest(kit, person_id, code)))
    if live and last and (row is None or row.id != live):
        _kill(kit, live, person_id)
    if row is None:
        audit.record_refusal(kit, "device_code.used", outcome=DeviceCodeRefused.code, actor=person_id or None)
    return row


def _spend_on_code(kit: Kit, subject: bytes) -> bool:
    """Count a try of a code and tell whether it is the last one; raise `DeviceCodeRefused` after that."""
    try:
        return kit.throttle.spend(PER_CODE, subject) >= PER_CODE.tries
    except Throttled as fault:
        raise DeviceCodeRefused from fault


def _find_scanned(kit: Kit, text: str) -> DeviceCode | None:
    """Return the code whose QR text this is, whatever its state; the secret is too long to be guessed."""
    secret = find_secret(text, origin=kit.settings.public_origin)
    with kit.read() as session:
        digest = _secret_digest(kit, secret or "")
        row = session.scalar(select(DeviceCode).where(DeviceCode.secret_digest == digest))
    if row is None:
        audit.record_refusal(kit, "device_code.used", outcome=DeviceCodeRefused.code)
    return row


def _use(kit: Kit, row: DeviceCode, phone: NewPhone) -> Binding:
    """Use a code up and bind the phone, both or neither."""
    now = kit.clock.now()
    usable = update(DeviceCode).where(DeviceCode.id == row.id, DeviceCode.state == WAITING, DeviceCode.expires_at > now)
    with kit.begin() as session:
        person = lock_person(session, row.person_id)
        if not claim(session, usable.values(state=USED, used_at=now)):
            raise DeviceCodeRefused
        bound = complete(session, kit, person=person, phone=phone, via="card", at=now)
        mine = update(DeviceCode).where(DeviceCode.id == row.id)
        session.execute(mine.values(device_id=bound.device.id), execution_options={"synchronize_session": False})
        return bound


def _remember(kit: Kit, row: DeviceCode, refusal: Problem) -> None:
    """Audit a refusal; tell the person, once a code, that a used one was tried again."""
    again = update(DeviceCode).where(DeviceCode.id == row.id, DeviceCode.state == USED, DeviceCode.reused_at.is_(None))
    with kit.begin() as session:
        if claim(session, again.values(reused_at=kit.clock.now())):
            # The stranger's words about their phone stay out of the mail.
            tell(session, kit, lock_person(session, row.person_id), "code_reused")
        audit.record(session, kit, "device_code.used", actor=row.person_id, object=row.id, outcome=refusal.code)


def _kill(kit: Kit, code_id: str, person_id: str) -> None:
    waiting = update(DeviceCode).where(DeviceCode.id == code_id, DeviceCode.state == WAITING)
    with kit.begin() as session:
        if claim(session, waiting.values(state=VOID)):
            audit.record(session, kit, "device_code.killed", actor=person_id, object=code_id)


def purge(kit: Kit) -> None:
    """Forget codes of last month, and the tries that were counted on them."""
    before = kit.clock.now() - KEPT
    with kit.begin() as session:
        session.execute(delete(DeviceCode).where(DeviceCode.expires_at < before))
        session.execute(delete(Tally).where(Tally.scope == PER_CODE.scope, Tally.since_at < before))


def _code_digest(kit: Kit, person_id: str, code: str) -> bytes:
    return kit.keys.mac("device-code", f"{person_id} {code}")


def _secret_digest(kit: Kit, secret: str) -> bytes:
    return kit.keys.mac("device-code-secret", secret)
