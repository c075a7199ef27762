"""Who stands at the door: a browser with a person's or a unit's session, a bound phone, or a phone with a new key."""

import authsvc.identity.units as units
from authsvc.core.errors import Refused
from authsvc.core.jose import PublicKey
from authsvc.core.kit import Kit
from authsvc.core.web import Credentials
from authsvc.identity.devices import touch
from authsvc.identity.dpop import ProofRefused, require_proof
from authsvc.identity.models import AppView, SessionView
from authsvc.identity.sessions import find_session
from authsvc.identity.tokens import TokenRefused, find_device
from authsvc.identity.units import UnitView

SCHEME = "dpop"


def by_session(kit: Kit, shown: Credentials) -> SessionView | None:
    """Let a browser in whose cookie opens a live session; a phone's credentials beside it are not overlooked."""
    if shown.authorization or shown.proofs:
        return None
    return find_session(kit, shown.cookie_token) if shown.cookie_token else None


def by_unit(kit: Kit, shown: Credentials) -> UnitView | None:
    """Let a browser in whose cookie opens a live session of a unit."""
    if shown.authorization or shown.proofs:
        return None
    return units.find_session(kit, shown.cookie_token) if shown.cookie_token else None


def by_app(kit: Kit, shown: Credentials) -> AppView | None:
    """Let a bound phone in that shows its token and a proof by its key (RFC 9449 section 7)."""
    if not shown.authorization and not shown.proofs:
        return None
    access_token = _access_token(shown)
    now = kit.clock.now()
    with kit.read() as session:
        found = find_device(session, kit, access_token=access_token, at=now)
    # The proof is checked and used up whether or not the token lives.
    require_proof(kit, shown, access_token=access_token, expected_jkt=found[0].jkt if found else None)
    if found is None:
        raise TokenRefused
    device, family_id = found
    touch(kit, device, at=now)
    return AppView(device_id=device.id, person_id=device.person_id, jkt=device.jkt, family_id=family_id)


def by_new_key(kit: Kit, shown: Credentials) -> PublicKey | None:
    """Let a phone in that proves a key, bound or not; no token may come with it."""
    if shown.authorization:
        raise ProofRefused
    return require_proof(kit, shown) if shown.proofs else None


def by_fresh_key(kit: Kit, shown: Credentials) -> PublicKey | None:
    """Let a phone in that proves its key over a nonce of ours."""
    if shown.authorization:
        raise ProofRefused
    return require_proof(kit, shown, fresh=True) if shown.proofs else None


def _access_token(shown: Credentials) -> str:
    if len(shown.authorization) != 1:
        raise TokenRefused
    scheme, _, token = shown.authorization[0].partition(" ")
    if scheme.lower() != SCHEME or not token or not token.isascii():
        raise TokenRefused
    return token


AUTHENTICATORS = {
    "session": by_session,
    "unit": by_unit,
    "app": by_app,
    "new_key": by_new_key,
    "fresh_key": by_fresh_key,
}
REFUSALS: tuple[type[Refused], ...] = (ProofRefused, TokenRefused)
