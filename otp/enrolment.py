"""The secret of a phone's codes: agreed when the phone is bound, kept sealed, gone when it is unbound."""

import secrets
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

import otp.totp as totp
from authsvc.core.jose import PublicKey, b64url, b64url_decode
from authsvc.core.keys import Place
from authsvc.core.kit import Kit
from authsvc.identity.models import Device
from otp.models import OtpSecret

DECOY: Final = "decoy"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A device whose code this may be; a decoy does the same work and never matches."""

    device_id: str | None
    secret: bytes
    digits: int


def enrol(session: Session, kit: Kit, device: Device, key: PublicKey) -> dict[str, Any]:
    """Agree on a secret, in the place of an older one; answer what the phone needs to derive the same."""
    forget(session, kit, device)
    own = ec.generate_private_key(ec.SECP256R1())
    secret = totp.agree(own=own, other=key.as_cryptography(), device_id=device.id)
    sealed = _place(kit, device.id).seal("secret", b64url(secret))
    session.add(OtpSecret(device_id=device.id, secret=sealed, digits=kit.settings.otp_digits, last_step=0))
    point = own.public_key().public_numbers()
    public = PublicKey(b64url(point.x.to_bytes(32)), b64url(point.y.to_bytes(32)))
    return {"public_key": public.jwk, **rules(kit, kit.settings.otp_digits), "server_time": kit.clock.now()}


def rules(kit: Kit, digits: int) -> dict[str, Any]:
    """Return how a phone makes codes: digits, period and life in seconds, algorithm, and whether pages have tags."""
    made = {"digits": digits, "period": totp.PERIOD, "valid_for": totp.VALID_FOR, "algorithm": "SHA256"}
    return made | {"page_tag": kit.settings.otp_page_tag}


def forget(session: Session, kit: Kit, device: Device) -> None:
    """Erase the secret of a device just unbound: no code of it can ever be right again."""
    del kit
    session.execute(delete(OtpSecret).where(OtpSecret.device_id == device.id))


def retire(session: Session, kit: Kit) -> None:
    """Let no code of before a restore count any more: which of them were used is not known."""
    newest = totp.step_at(kit.clock.now()) + 1  # one step ahead is taken too
    session.execute(update(OtpSecret).where(OtpSecret.last_step < newest).values(last_step=newest))


def candidates(session: Session, kit: Kit, person_id: str | None) -> list[Candidate]:
    """Return as many candidates as a person may have devices, decoys among them, each opened by the same work."""
    # The devices are locked: one that is unbound meanwhile is either seen as gone, or ends this session after it.
    mine = (
        select(OtpSecret, Device.id)
        .join(Device, Device.id == OtpSecret.device_id)
        .where(Device.person_id == (person_id or ""), Device.unbound_at.is_(None))
        .with_for_update(of=Device)
    )
    found = [
        Candidate(device_id=device_id, secret=_open(kit, device_id, row.secret), digits=row.digits)
        for row, device_id in session.execute(mine)
    ]
    return found + [_decoy(kit) for _ in range(kit.settings.device_limit - len(found))]


def _decoy(kit: Kit) -> Candidate:
    sealed = kit.port(Decoys).sealed
    return Candidate(device_id=None, secret=_open(kit, DECOY, sealed), digits=kit.settings.otp_digits)


@dataclass(frozen=True)
class Decoys:
    """The port at which a sealed secret of nobody stands, to be opened where a person has no (further) phone."""

    sealed: bytes


def seal_decoy(kit: Kit) -> Decoys:
    """Seal a random secret, as each phone's own is."""
    return Decoys(_place(kit, DECOY).seal("secret", b64url(secrets.token_bytes(totp.SECRET_BYTES))))


def _place(kit: Kit, device_id: str) -> Place:
    return kit.keys.place(OtpSecret.__tablename__, device_id)


def _open(kit: Kit, device_id: str, sealed: bytes) -> bytes:
    return b64url_decode(_place(kit, device_id).open("secret", sealed))
