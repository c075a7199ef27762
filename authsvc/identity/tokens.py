"""A phone's tokens: opaque, bound to its key, rotated; a replayed one ends its family."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.errors import Conflict, Problem, Refused
from authsvc.core.i18n import N_
from authsvc.core.jose import PublicKey, b64url
from authsvc.core.keys import new_id, new_token
from authsvc.core.kit import Kit
from authsvc.identity.models import ACTIVE, AccessToken, Device, Person, RefreshToken, TokenFamily
from authsvc.identity.standing import hold_active

ACCESS_LIFE: Final = timedelta(minutes=10)
REPEAT: Final = timedelta(seconds=60)


class TokenRefused(Refused):
    """The token is unknown, over, revoked, or of another key."""

    code, detail = "invalid_token", N_("This phone's login has ended. Please open the app again.")

    def headers(self) -> dict[str, str]:
        """Name the error as RFC 6750 section 3.1 does."""
        return {"WWW-Authenticate": 'DPoP error="invalid_token", algs="ES256"'}


class AlreadyRefreshed(Conflict):
    """The token was exchanged a moment ago by the same key; the answer repeats the successor."""

    code, detail = "already_refreshed", N_("This was refreshed a moment ago.")


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """What a phone holds; `expires_in` is in seconds and about the access token."""

    access_token: str
    refresh_token: str
    expires_in: int = int(ACCESS_LIFE.total_seconds())
    token_type: str = "DPoP"  # noqa: S105 - the scheme's name


def start_family(session: Session, kit: Kit, *, device_id: str, at: datetime) -> Tokens:
    """Begin a new family for a device and end its older ones."""
    older = update(TokenFamily).where(TokenFamily.device_id == device_id, TokenFamily.revoked_at.is_(None))
    session.execute(older.values(revoked_at=at), execution_options={"synchronize_session": False})
    family = TokenFamily(id=new_id(), device_id=device_id, started_at=at)
    session.add(family)
    session.flush()
    return _issue(session, kit, family_id=family.id, refresh=new_token(), at=at)


def _issue(session: Session, kit: Kit, *, family_id: str, refresh: str, at: datetime) -> Tokens:
    over = at + kit.settings.refresh_idle
    session.add(RefreshToken(digest=_digest(kit, refresh), family_id=family_id, issued_at=at, expires_at=over))
    return Tokens(access_token=_issue_access(session, kit, family_id=family_id, at=at), refresh_token=refresh)


def _issue_access(session: Session, kit: Kit, *, family_id: str, at: datetime) -> str:
    access = new_token()
    session.add(AccessToken(digest=_digest(kit, access), family_id=family_id, expires_at=at + ACCESS_LIFE))
    return access


def refresh(kit: Kit, *, refresh_token: str, key: PublicKey) -> Tokens:
    """Exchange a refresh token once; raise `AlreadyRefreshed` with the successor, or `TokenRefused`."""
    with kit.begin() as session:
        outcome = _exchange(session, kit, refresh_token, key, at=kit.clock.now())
    # A refusal is raised only here: what was written with it (a family's end, a repeated token) has to stay.
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


def _exchange(session: Session, kit: Kit, refresh_token: str, key: PublicKey, *, at: datetime) -> Tokens | Problem:
    """Return the tokens that follow, or the refusal that fits, with all that it brings written."""
    token, device = _require(session, kit, refresh_token)
    ours = device.jkt == key.jkt
    unused = update(RefreshToken).where(RefreshToken.digest == token.digest, RefreshToken.used_at.is_(None))
    if ours and token.expires_at > at and claim(session, unused.values(used_at=at)):
        return _issue(session, kit, family_id=token.family_id, refresh=_successor(kit, refresh_token), at=at)
    # Read anew: whoever was quicker has committed by now, its successor with it.
    session.refresh(token)
    if token.used_at is None:
        return TokenRefused()
    repeated = _repeat(session, kit, token, refresh_token, at=at) if ours and at - token.used_at <= REPEAT else None
    if repeated is not None:
        return AlreadyRefreshed(**vars(repeated))
    _revoke(session, kit, token, device, at=at)
    return TokenRefused()


def _require(session: Session, kit: Kit, refresh_token: str) -> tuple[RefreshToken, Device]:
    """Return a token of a living family of a bound device; raise `TokenRefused`."""
    found = session.execute(
        select(RefreshToken, Device)
        .join(TokenFamily, TokenFamily.id == RefreshToken.family_id)
        .join(Device, Device.id == TokenFamily.device_id)
        .where(
            RefreshToken.digest == _digest(kit, refresh_token),
            TokenFamily.revoked_at.is_(None),
            Device.unbound_at.is_(None),
        )
    ).one_or_none()
    if found is None or not hold_active(session, found[1].person_id):
        raise TokenRefused
    return found[0], found[1]


def _repeat(session: Session, kit: Kit, token: RefreshToken, refresh_token: str, *, at: datetime) -> Tokens | None:
    successor = _successor(kit, refresh_token)
    row = session.get(RefreshToken, _digest(kit, successor))
    if row is None or row.used_at is not None:
        return None
    return Tokens(access_token=_issue_access(session, kit, family_id=token.family_id, at=at), refresh_token=successor)


def _revoke(session: Session, kit: Kit, token: RefreshToken, device: Device, *, at: datetime) -> None:
    session.execute(update(TokenFamily).where(TokenFamily.id == token.family_id).values(revoked_at=at))
    audit.record(session, kit, "tokens.reused", actor=device.person_id, object=device.id, outcome="family_revoked")


def recover(kit: Kit, *, key: PublicKey) -> Tokens:
    """Give a bound device new tokens for a fresh proof by its key; raise `TokenRefused`."""
    now = kit.clock.now()
    with kit.begin() as session:
        # Locked, so that of two recoveries at once the later one ends the family of the other.
        mine = (Device.jkt == key.jkt, Device.unbound_at.is_(None))
        owner = session.scalar(select(Device.person_id).where(*mine))
        held = hold_active(session, owner)
        device = session.scalar(select(Device).where(*mine).with_for_update(key_share=True))
        if device is None or not held:
            raise TokenRefused
        audit.record(session, kit, "tokens.recovered", actor=device.person_id, object=device.id)
        return start_family(session, kit, device_id=device.id, at=now)


def find_device(session: Session, kit: Kit, *, access_token: str, at: datetime) -> tuple[Device, str] | None:
    """Return the bound device of a live access token of somebody who is not suspended, and the token's family."""
    found = session.execute(
        select(Device, TokenFamily.id)
        .join(TokenFamily, TokenFamily.device_id == Device.id)
        .join(AccessToken, AccessToken.family_id == TokenFamily.id)
        .join(Person, Person.id == Device.person_id)
        .where(
            Person.status == ACTIVE,
            AccessToken.digest == _digest(kit, access_token),
            AccessToken.expires_at > at,
            TokenFamily.revoked_at.is_(None),
            Device.unbound_at.is_(None),
        )
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def purge(kit: Kit) -> None:
    """Forget tokens that are over."""
    now = kit.clock.now()
    with kit.begin() as session:
        session.execute(delete(AccessToken).where(AccessToken.expires_at < now))
        session.execute(delete(RefreshToken).where(RefreshToken.expires_at < now))


def _digest(kit: Kit, token: str) -> bytes:
    return kit.keys.mac("token", token)


def _successor(kit: Kit, token: str) -> str:
    # Derived, so that a lost reply can be repeated without storing any token.
    return b64url(kit.keys.mac("refresh-successor", token))
