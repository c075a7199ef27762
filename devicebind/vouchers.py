"""A voucher on paper that cuts off one phone and can do nothing else; derived, so that nothing of it is stored.

It names the phone in a shortened form, so that the page which reads it need not ask us anything. Who holds it learns
no more than is printed, and everybody with a genuine one is told the same, whether or not the phone was bound.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from authsvc.core import audit, qr
from authsvc.core.errors import Invalid, NotFound, StepUpRequired
from authsvc.core.i18n import N_
from authsvc.core.jose import b64url, b64url_decode
from authsvc.core.kit import Kit
from authsvc.core.throttle import Limit
from authsvc.identity import devices
from authsvc.identity.models import Device, Person, SessionView
from authsvc.identity.sessions import STEP_UP_WAYS
from devicebind.binding import tell

PATH: Final = "/revoke#"
FORM: Final = re.compile(r"([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{43})")
VISIBLE: Final = 1
LONGEST_LABEL: Final = 8
TRIES: Final = Limit(
    scope="voucher", tries=20, pause=timedelta(seconds=30), longest=timedelta(minutes=5), forgets=timedelta(minutes=10)
)


class VoucherRefused(Invalid):
    """The text is no voucher of ours; nothing was cut off."""

    code = "voucher_refused"
    detail = N_("This is not a voucher of ours, or it was not read completely. No phone was cut off.")


@dataclass(frozen=True, kw_only=True)
class Voucher:
    """What is printed: the address with the voucher in its fragment, and its picture."""

    device_id: str
    label: str
    text: str
    url: str
    qr_svg: str


def make_voucher(kit: Kit, *, device_id: str, view: SessionView) -> Voucher:
    """Return a bound phone's voucher to its owner who came by card; raise `StepUpRequired` or `NotFound`."""
    if view.acr not in STEP_UP_WAYS:
        raise StepUpRequired(STEP_UP_WAYS)
    with kit.read() as session:
        device = devices.find_live(session, device_id=device_id, person_id=view.person_id)
    if device is None:
        raise NotFound
    label = masked_name(device.name)
    text = write_voucher(kit, device_id=device.id, label=label)
    url = f"{kit.settings.public_origin}{PATH}{text}"
    return Voucher(device_id=device.id, label=label, text=text, url=url, qr_svg=qr.svg(url))


def masked_name(name: str) -> str:
    """Return a phone's name with all but its ends hidden, so that a found paper says little."""
    hidden = "○" * min(max(len(name) - 2 * VISIBLE, 1), LONGEST_LABEL - 2 * VISIBLE)
    return name[:VISIBLE] + hidden + (name[-VISIBLE:] if len(name) > 2 * VISIBLE else "")


def write_voucher(kit: Kit, *, device_id: str, label: str) -> str:
    """Return the voucher's text: the phone's id, how it is called on paper, and our digest over both."""
    said = f"{device_id}.{b64url(label.encode())}"
    return f"{said}.{b64url(kit.keys.lasting('revocation-voucher', said))}"


def use_voucher(kit: Kit, *, voucher: str) -> None:
    """Cut off the phone that a genuine voucher names; answer alike where it was cut off before.

    Raise `VoucherRefused` for any other text, and `Throttled`.
    """
    kit.throttle.spend(TRIES, kit.source_index)
    device_id = _read(kit, voucher)
    if device_id is None:
        audit.record_refusal(kit, "voucher.used", outcome=VoucherRefused.code)
        raise VoucherRefused({"voucher": [VoucherRefused.detail]})
    with kit.begin() as session:
        _cut_off(session, kit, device_id)


def _read(kit: Kit, voucher: str) -> str | None:
    match = FORM.fullmatch(voucher.strip())
    if match is None:
        return None
    device_id, label, _ = match.groups()
    try:
        genuine = write_voucher(kit, device_id=device_id, label=b64url_decode(label).decode())
    except ValueError:
        return None
    return device_id if hmac.compare_digest(genuine, voucher.strip()) else None


def _cut_off(session: Session, kit: Kit, device_id: str) -> None:
    device = session.get(Device, device_id)
    if device is None or device.unbound_at is not None:
        return
    try:
        gone = devices.unbind(session, kit, device_id=device_id, person_id=device.person_id, why="voucher")
    except NotFound:
        return  # somebody was quicker: that was the wish
    tell(session, kit, session.get_one(Person, device.person_id), "unbound", device=gone)
