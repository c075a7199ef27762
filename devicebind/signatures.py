"""What a phone signs for us beside its proofs: for this service, about this phone, fresh, and once."""

from typing import Any

from authsvc.core.errors import Refused
from authsvc.core.jose import NotAuthentic, PublicKey, verify
from authsvc.core.kit import Kit
from authsvc.identity import dpop


def check_signed(
    kit: Kit, jws: str, *, key: PublicKey, device_id: str, typ: str, refusal: type[Refused], fresh: bool = False
) -> dict[str, Any]:
    """Return the claims of a JWS by this key about this phone, used up by this call.

    `fresh` demands a nonce of ours; else `iat` may be near instead. Raise `refusal` or `NonceRequired`.
    """
    try:
        claims = verify(jws, typ=typ, key=key)
    except NotAuthentic as fault:
        raise refusal from fault
    if claims.get("iss") != device_id or claims.get("aud") != kit.settings.public_origin:
        raise refusal
    until = dpop.believable_until(kit, claims, at=kit.clock.now(), fresh=fresh)
    try:
        dpop.use_once(kit, claims, key=key, until=until)
    except dpop.ProofRefused as fault:
        raise refusal from fault
    return claims
