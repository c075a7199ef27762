"""The two ceremonies of WebAuthn Level 3, checked for our origin alone, with the user verified (by py_webauthn)."""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import structs
from webauthn.helpers.decode_credential_public_key import decode_credential_public_key
from webauthn.helpers.decoded_public_key_to_cryptography import decoded_public_key_to_cryptography
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.registration.verify_registration_response import VerifiedRegistration

from authsvc.core.jose import b64url_decode
from authsvc.core.kit import Kit

CHALLENGE_BYTES: Final = 32
SERVICE_NAME: Final = "Phone Pass"
TRANSPORTS: Final = frozenset(transport.value for transport in structs.AuthenticatorTransport)
# What the parsers of foreign bytes raise beside their own errors (a point off the curve, a map without its members).
UNREADABLE: Final = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, OverflowError)


class NotVerified(ValueError):
    """A credential's answer is not what the ceremony wants; which part is told to nobody."""


def rp_id(kit: Kit) -> str:
    """Return the relying party's id: the host of the public origin."""
    return urlsplit(kit.settings.public_origin).hostname or ""


def verify_new(kit: Kit, credential: Mapping[str, Any], *, challenge: bytes) -> VerifiedRegistration:
    """Return what a new credential says, verified as WebAuthn section 7.1 wants it; raise `NotVerified`."""
    try:
        _require_own_window(credential)
        found = webauthn.verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=rp_id(kit),
            expected_origin=kit.settings.public_origin,
            require_user_verification=True,
        )
        # A key that is no key would only show when it is first used.
        decoded_public_key_to_cryptography(decode_credential_public_key(found.credential_public_key))
    except UNREADABLE as fault:
        raise NotVerified from fault
    return found


def verify_use(
    kit: Kit, credential: Mapping[str, Any], *, challenge: bytes, public_key: bytes
) -> VerifiedAuthentication:
    """Return what a known credential says, verified as WebAuthn section 7.2 wants it; raise `NotVerified`.

    All but its counter: that is judged by `later`, in the update that notes the use, so of two at once one is late.
    """
    try:
        _require_own_window(credential)
        return webauthn.verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=rp_id(kit),
            expected_origin=kit.settings.public_origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except UNREADABLE as fault:
        raise NotVerified from fault


def later(kept: InstrumentedAttribute[int], count: int) -> ColumnElement[bool]:
    """Match the row whose counter `count` goes on from; both zero is a credential that does not count."""
    return kept < count if count else kept == 0


def is_backup_eligible(found: VerifiedAuthentication | VerifiedRegistration) -> bool:
    """Tell whether the credential may be copied to its owner's other devices, by its own word."""
    return bool(found.credential_device_type == structs.CredentialDeviceType.MULTI_DEVICE)


def transports_of(credential: Mapping[str, Any]) -> list[str]:
    """Return by which of the known ways the new credential's authenticator is reached."""
    return sorted(TRANSPORTS.intersection(credential["response"].get("transports", [])))


def _require_own_window(credential: Mapping[str, Any]) -> None:
    """Raise `ValueError` where another site's page had ours in a frame (WebAuthn sections 7.1 and 7.2, `topOrigin`)."""
    said = json.loads(b64url_decode(credential["response"]["clientDataJSON"]))
    if said.get("crossOrigin") or "topOrigin" in said:
        raise ValueError
