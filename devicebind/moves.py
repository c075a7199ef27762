"""Moving to a new phone: the old one signs for a code, the new one uses it and takes the old one's place."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from authsvc.core import audit, qr
from authsvc.core.audit import audited
from authsvc.core.errors import Refused
from authsvc.core.i18n import N_
from authsvc.core.jose import PublicKey
from authsvc.core.keys import new_id, new_token
from authsvc.core.kit import Kit
from authsvc.identity import devices
from authsvc.identity.assurance import require_card_bound
from authsvc.identity.freezing import require_unfrozen
from authsvc.identity.models import AppView
from devicebind.binding import lock_person
from devicebind.codes import new_secret, picture_text
from devicebind.models import WAITING, DeviceCode
from devicebind.signatures import check_signed
from devicebind.voiding import void_codes

TYP: Final = "authsvc-move+jwt"
LIFE: Final = timedelta(minutes=10)


class MoveRefused(Refused):
    """The signature is not this phone's, not for this, or not fresh."""

    code, detail = "move_refused", N_("The phone's signature was not accepted. Please start the move again.")


@dataclass(frozen=True, kw_only=True)
class MadeMove:
    """What the old phone shows to the new one."""

    id: str
    qr_text: str
    qr_svg: str
    expires_at: datetime


def begin_move(kit: Kit, *, app: AppView, jws: str) -> MadeMove:
    """Make the code by which one new phone takes this phone's place.

    Raise `MoveRefused`, `NonceRequired`, or `StepUpRequired` for a phone that no card has vouched for: its owner binds
    the new phone with the card.
    """
    now, secret = kit.clock.now(), new_secret()
    with kit.read() as session:
        device = devices.find_live(session, device_id=app.device_id, person_id=app.person_id)
    if device is None:
        raise MoveRefused
    key = PublicKey(device.public_key["x"], device.public_key["y"])
    check_signed(kit, jws, key=key, device_id=device.id, typ=TYP, refusal=MoveRefused)
    with audited(kit, "device_move.asked", actor=app.person_id), kit.read() as session:
        require_card_bound(session, app)
    row = DeviceCode(
        id=new_id(),
        person_id=app.person_id,
        code_digest=kit.keys.mac("device-code", new_token()),  # nobody can type it
        secret_digest=kit.keys.mac("device-code-secret", secret),
        state=WAITING,
        made_at=now,
        expires_at=now + LIFE,
        via=device.via,  # the new phone inherits how this one was bound: never more
        from_device_id=device.id,
    )
    with audited(kit, "device_move.asked", actor=app.person_id), kit.begin() as session:
        _put(session, kit, row)
    text = picture_text(kit.settings.public_origin, secret)
    return MadeMove(id=row.id, qr_text=text, qr_svg=qr.svg(text), expires_at=row.expires_at)


def _put(session: Session, kit: Kit, row: DeviceCode) -> None:
    """Store a code in the place of the phone's older ones; raise `MoveRefused` (it is gone) or `BindingsFrozen`."""
    lock_person(session, row.person_id)
    require_unfrozen(session, row.person_id)
    if devices.lock_live(session, device_id=row.from_device_id or "", person_id=row.person_id) is None:
        raise MoveRefused
    void_codes(session, row.person_id)
    session.add(row)
    audit.record(session, kit, "device_move.made", actor=row.person_id, object=row.id)
