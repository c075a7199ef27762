"""A bound phone changes its keys: the old one proves the call, the new one signs over a nonce of ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from authsvc.core.errors import NotFound, Refused
from authsvc.core.i18n import N_
from authsvc.core.jose import NotAuthentic, PublicKey, peek_header, read_public_key
from authsvc.core.kit import Kit
from authsvc.identity import devices, keeping, tokens
from authsvc.identity.models import AppView
from authsvc.identity.tokens import Tokens
from authsvc.identity.ways import Ways
from devicebind.binding import lock_person, tell
from devicebind.signatures import check_signed

TYP: Final = "authsvc-key+jwt"


class KeyChangeRefused(Refused):
    """The new key did not sign for this phone in the place of its present key."""

    code, detail = "key_change_refused", N_("The phone's new key was not accepted. Please try again.")


@dataclass(frozen=True, kw_only=True)
class NewKeys:
    """What follows a change: the tokens of the new key, and how codes are made now (None without that feature)."""

    tokens: Tokens
    otp: Mapping[str, Any] | None


def change_keys(
    kit: Kit, *, app: AppView, device_id: str, jws: str, otp_public_key: PublicKey, attestation: Sequence[str] = ()
) -> NewKeys:
    """Put both keys of the phone that asks in the place of its old ones, with new tokens, all or nothing.

    Raise `NotFound` for any other phone, `KeyChangeRefused`, `NonceRequired` or `KeyAlreadyBound`.
    """
    if device_id != app.device_id:
        raise NotFound
    key = _read_new_key(jws)
    claims = check_signed(kit, jws, key=key, device_id=device_id, typ=TYP, refusal=KeyChangeRefused, fresh=True)
    if claims.get("replaces") != app.jkt or key.jkt == app.jkt:
        raise KeyChangeRefused
    now, held = kit.clock.now(), keeping.where_kept(kit, key=key, chain=attestation, actor=app.person_id)
    with kit.begin() as session:
        person = lock_person(session, app.person_id)
        device = devices.change_key(session, kit, device_id=device_id, old_jkt=app.jkt, key=key, held=held)
        told = kit.port(Ways).enrol(session, kit, device, otp_public_key)
        tell(session, kit, person, "new_keys", device=device)
        return NewKeys(tokens=tokens.start_family(session, kit, device_id=device_id, at=now), otp=told.get("otp"))


def _read_new_key(jws: str) -> PublicKey:
    try:
        return read_public_key(peek_header(jws).get("jwk"))
    except NotAuthentic as fault:
        raise KeyChangeRefused from fault
