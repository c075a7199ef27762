"""Launch tokens: compact JWS by ES256 (RFC 7515), of a type of their own, for one service and for a minute."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from authsvc.core.errors import Gone, Refused
from authsvc.core.i18n import N_
from authsvc.core.jose import NotAuthentic, b64url, peek_header, verify
from authsvc.core.kit import Kit
from authsvc.core.signing import SigningKey, signing_keys

LIFE: Final = timedelta(seconds=60)
TYP: Final = "authsvc-launch+jwt"
PURPOSE: Final = "launch"


class LaunchRefused(Refused):
    """No launch token of ours, or one for another service: never told which."""

    code, detail = "launch_refused", N_("This launch token is not one for you. Please ask for a new one.")


class LaunchExpired(Gone):
    """The minute is over."""

    code, detail = "launch_expired", N_("This took longer than a minute. Please open the function again.")


def keys(kit: Kit) -> tuple[SigningKey, ...]:
    """Return the key that signs, and the one before it."""
    return signing_keys(kit.keys, PURPOSE)


def digest(kit: Kit, jti: str) -> bytes:
    """Return the keyed digest under which a launch is kept; after a restore it finds nothing."""
    return kit.keys.mac("launch", jti)


def pairwise(kit: Kit, service: str, what: str, whose: str) -> str:
    """Return what a service knows somebody, or their session, by: lasting, and another one at every service."""
    return b64url(kit.keys.lasting(f"pairwise/{what}", f"{service}|{whose}")[:24])


def make(kit: Kit, claims: Mapping[str, Any], *, at: datetime) -> str:
    """Return the token with these claims, good from now until a minute from now."""
    times = {"iat": int(at.timestamp()), "exp": int((at + LIFE).timestamp())}
    return keys(kit)[0].sign({"iss": kit.settings.public_origin, **times, **claims}, typ=TYP)


def require(kit: Kit, token: str, *, service: str, at: datetime) -> dict[str, Any]:
    """Return the claims of a token of ours for this service; raise `LaunchRefused` or `LaunchExpired`."""
    try:
        kid = peek_header(token).get("kid")
        key = next((each for each in keys(kit) if each.kid == kid), None)
        if key is None:
            raise LaunchRefused
        claims = verify(token, typ=TYP, key=key.public)
    except NotAuthentic as fault:
        raise LaunchRefused from fault
    if claims.get("iss") != kit.settings.public_origin or claims.get("aud") != service:
        raise LaunchRefused
    if claims["exp"] <= at.timestamp():
        raise LaunchExpired
    return claims
