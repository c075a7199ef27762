"""Device codes: made after a card login, followed by the page, and turned into a bound phone once."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from authsvc.core import audit, qr, revocations
from authsvc.core.crockford import show
from authsvc.core.db import claim
from authsvc.core.errors import NotFound, Problem, Refused, Throttled
from authsvc.core.held import Held
from authsvc.core.i18n import N_
from authsvc.core.keys import new_id, new_token
from authsvc.core.kit import Kit
from authsvc.core.throttle import Limit, Tally
from authsvc.identity import devices, people, sweeps
from authsvc.identity.freezing import require_unfrozen
from authsvc.identity.models import ACTIVE, SessionView
from authsvc.identity.sessions import require_recent_card
from authsvc.identity.standing import OnlineServicesSuspended
from authsvc.identity.tries import TYPED_ID, spend_source
from authsvc.identity.ways import MadeCode
from devicebind.binding import Binding, NewPhone, complete, lock_person, looked_at, tell
from devicebind.codes import find_secret, new_code, new_secret, picture_text
from devicebind.models import USED, WAITING, DeviceCode
from devicebind.voiding import void_codes

LIFE: Final = timedelta(minutes=10)
CARD_WITHIN: Final = timedelta(minutes=5)
KEPT: Final = timedelta(days=30)
PER_CODE: Final = Limit(scope="device-code", tries=5, closes_at=5)
POLL_SECONDS: Final = 1.0


class DeviceCodeRefused(Refused):
    """Unknown person, no code, a wrong, used or old one: never told which."""

    code = "device_code_refused"
    detail = N_("We could not accept this code. Please check it and your ID, or generate a new code.")


def make_code(kit: Kit, *, view: SessionView) -> MadeCode:
    """Make a code for the person of a fresh card login and void the older one; raise `StepUpRequired`."""
    require_recent_card(kit, view, within=CARD_WITHIN)
    with audit.audited(kit, "device_code.asked", actor=view.person_id), kit.begin() as session:
        return issue_code(session, kit, person_id=view.person_id, via="card")


def issue_code(session: Session, kit: Kit, *, person_id: str, via: str) -> MadeCode:
    """Make a code for a person who was proved to be here, in the place of the older one.

    `via` says by which ceremony: card or counter. Raise `OnlineServicesSuspended` or `BindingsFrozen`.
    """
    now, code, secret = kit.clock.now(), new_code(), new_secret()
    row = DeviceCode(
        id=new_id(),
        person_id=person_id,
        code_digest=_code_digest(kit, person_id, code),
        secret_digest=_secret_digest(kit, secret),
        state=WAITING,
        made_at=now,
        expires_at=now + LIFE,
        via=via,
    )
    # Locked first, so that two codes asked for at once do not both stay, nor one beside a suspension.
    if lock_person(session, person_id).status != ACTIVE:
        raise OnlineServicesSuspended
    require_unfrozen(session, person_id)
    void_codes(session, person_id)
    session.add(row)
    audit.record(session, kit, "device_code.made", actor=person_id, object=row.id)
    text = picture_text(kit.settings.public_origin, secret)
    return MadeCode(id=row.id, code=show(code), qr_text=text, qr_svg=qr.svg(text), expires_at=row.expires_at)


@dataclass(frozen=True, kw_only=True)
class CodeStatus:
    """How a code stands; `device_id` is the phone that used it."""

    status: str
    device_id: str | None


def follow_code(kit: Kit, *, code_id: str, person_id: str, wait: int) -> CodeStatus:
    """Return a code's status, after up to `wait` seconds in which it is still waiting; raise `NotFound`."""
    with kit.port(Held).turn(code_id) as turn:
        until = kit.clock.now() + timedelta(seconds=wait if turn.granted else 0)
        while True:
            found = _status(kit, code_id, person_id)
            left = (until - kit.clock.now()).total_seconds()
            if found.status != WAITING or left <= 0 or not turn.is_newest():
                return found
            kit.clock.sleep(min(POLL_SECONDS, left))


def _status(kit: Kit, code_id: str, person_id: str) -> CodeStatus:
    with kit.read() as session:
        mine = select(DeviceCode).where(DeviceCode.id == code_id, DeviceCode.person_id == person_id)
        row = session.scalar(mine)
    if row is None:
        raise NotFound
    late = row.state == WAITING and row.expires_at <= kit.clock.now()
    return CodeStatus(status="expired" if late else row.state, device_id=row.device_id)


def bind_phone(
    kit: Kit,
    *,
    phone: NewPhone,
    code: str | None = None,
    national_id: str | None = None,
    qr_text: str | None = None,
) -> Binding:
    """Bind a phone by a typed code with the national ID, or by a scanned text.

    Raise `DeviceCodeRefused`, `Throttled`, `TypedCodesPaused`, `DeviceLimitReached`, `KeyAlreadyBound` or
    `OnlineServicesSuspended`.
    """
    if qr_text is None:
        sweeps.require_calm(kit)
        row = _find_typed(kit, code=code or "", national_id=national_id or "")
    else:
        row = _find_scanned(kit, qr_text)
    if row is None:
        if qr_text is None:
            sweeps.count_failure(kit)
        raise DeviceCodeRefused
    try:
        bound = _use(kit, row, looked_at(kit, phone, actor=row.person_id))
    except Problem as refusal:
        _remember(kit, row, refusal)
        raise
    if qr_text is None:
        sweeps.remember_success(kit)
    return bound


def _find_typed(kit: Kit, *, code: str, national_id: str) -> DeviceCode | None:
    """Return the code that was typed, whatever its state; tries are spent before it is compared."""
    spend_source(kit)
    claimed_id = people.national_id_index(kit, national_id)
    kit.throttle.spend(TYPED_ID, claimed_id)
    with kit.read() as session:
        person = people.find_by_national_id(session, kit, national_id)
        person_id = person.id if person else ""
        live = session.scalar(
            select(DeviceCode.id).where(
                DeviceCode.person_id == person_id,
                DeviceCode.state == WAITING,
                DeviceCode.from_device_id.is_(None),  # those of a phone that moves are not typed
            )
        )
    # Where there is no code the ID pays instead, so that the work is the same.
    tried = _spend_on_code(kit, live.encode() if live else claimed_id)
    compared = code if tried else new_token()  # after the last try nothing typed is compared, in the same work
    with kit.read() as session:
        mine = select(DeviceCode).where(DeviceCode.person_id == person_id)
        row = session.scalar(mine.where(DeviceCode.code_digest == _code_digest(kit, person_id, compared)))
    if live and tried == PER_CODE.tries and (row is None or row.id != live):
        _close_typing(kit, live, person_id)
    if row is None:
        audit.record_refusal(kit, "device_code.used", outcome=DeviceCodeRefused.code, actor=person_id or None)
    return row


def _spend_on_code(kit: Kit, subject: bytes) -> int | None:
    """Count a try of a code and return which it is; None after the last."""
    try:
        return kit.throttle.spend(PER_CODE, subject)
    except Throttled:
        return None


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
        if row.from_device_id is not None:
            _leave(session, kit, row.from_device_id, row.person_id)
        bound = complete(session, kit, person=person, phone=phone, via=row.via, at=now)
        mine = update(DeviceCode).where(DeviceCode.id == row.id)
        session.execute(mine.values(device_id=bound.device.id), execution_options={"synchronize_session": False})
        if row.from_device_id is not None:
            # Last: a move that is refused after all leaves no line, and no crash a moved phone without one.
            session.flush()
            revocations.note(kit, revocations.DEVICE, row.from_device_id)
        return bound


def _leave(session: Session, kit: Kit, device_id: str, person_id: str) -> None:
    """Unbind the phone whose place is taken; raise `DeviceCodeRefused` where it is gone."""
    try:
        devices.unbind_unnoted(session, kit, device_id=device_id, person_id=person_id, why="moved")
    except NotFound as fault:
        raise DeviceCodeRefused from fault


def _remember(kit: Kit, row: DeviceCode, refusal: Problem) -> None:
    """Audit a refusal; tell the person, once a code, that a used one was tried again."""
    again = update(DeviceCode).where(DeviceCode.id == row.id, DeviceCode.state == USED, DeviceCode.reused_at.is_(None))
    with kit.begin() as session:
        if claim(session, again.values(reused_at=kit.clock.now())):
            # The stranger's words about their phone stay out of the mail.
            tell(session, kit, lock_person(session, row.person_id), "code_reused")
        audit.record(session, kit, "device_code.used", actor=row.person_id, object=row.id, outcome=refusal.code)


def _close_typing(kit: Kit, code_id: str, person_id: str) -> None:
    """Let a code be scanned only: a stranger's guesses must not keep the phone away that sees the picture."""
    waiting = update(DeviceCode).where(DeviceCode.id == code_id, DeviceCode.state == WAITING)
    with kit.begin() as session:
        if claim(session, waiting.values(code_digest=_code_digest(kit, person_id, new_token()))):
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
