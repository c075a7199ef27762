"""A function of another system is opened: a token is handed out, and its service changes it once for who came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

import authsvc.identity.acting as acting
import authsvc.identity.functions as functions
import relying.tokens as tokens
from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.errors import Conflict, Forbidden, NotFound
from authsvc.core.i18n import N_
from authsvc.core.keys import new_token
from authsvc.core.kit import Kit
from authsvc.identity.ways import Ways
from relying.catalogue import Catalogue, Entry, Service
from relying.models import Launch


class NotConnected(Conflict):
    """The function is listed, and whoever runs the service has not said where it is."""

    code, detail = "not_connected", N_("This service is not connected here yet.")


class LaunchUsed(Conflict):
    """The token was changed before; somebody has seen it."""

    code, detail = "launch_used", N_("This was opened already. Please open the function again.")


class LaunchWithdrawn(Forbidden):
    """The login ended, or what it may open, between the button and the service."""

    code, detail = "launch_withdrawn", N_("The login or the permission behind this has ended. Please log in again.")


@dataclass(frozen=True, kw_only=True)
class Launched:
    """Where to go, and the token to bring along in the address's fragment."""

    address: str
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Redeemed:
    """What a relying service is told: who (as it alone knows them), for which function and unit, and how they came in.

    `person` is masked; a unit that came by its certificate, or a function that is for no unit, leaves its part None.
    """

    sub: str
    sid: str
    function: str
    unit: Mapping[str, str | None] | None
    person: Mapping[str, str] | None
    acr: str
    amr: Sequence[str]
    auth_time: datetime
    session_expires_at: datetime


def require_entry(kit: Kit, function_id: str) -> Entry:
    """Return the entry of a function that is another system's; raise `NotFound`."""
    entry = kit.port(Catalogue).entries.get(function_id)
    if entry is None:
        raise NotFound
    return entry


def require_open(kit: Kit, *, view: Any, function_id: str, unit_code: str | None) -> Entry:
    """Return the entry of a function that is open to a session; raise `NotFound`, `NotGranted` or `StepUpRequired`."""
    entry = require_entry(kit, function_id)
    with kit.read() as session:
        _require_still(session, kit, view, entry, unit_code)
    return entry


def _require_still(session: Session, kit: Kit, view: Any, entry: Entry, unit_code: str | None) -> str | None:
    """Return the unit's name where one is acted for; raise as `require_open` does."""
    name = entry.function.id
    if (entry.function.audience == "anyone") != (unit_code is None):
        raise NotFound
    if unit_code is None:
        functions.require(kit, view, name)
        return None
    return acting.require_still(session, kit, view, name, unit_code).membership.unit_name


def open_launch(kit: Kit, *, view: Any, function: str, unit_code: str | None = None) -> Launched:
    """Hand out a token for a function; raise `NotFound`, `NotGranted`, `StepUpRequired` or `NotConnected`."""
    entry, now, jti = require_entry(kit, function), kit.clock.now(), new_token()
    kind, _ = kit.port(Ways).kind_of(view)
    owner = _owner(view)
    with audit.audited(kit, "launch.opened", actor=owner), kit.begin() as session:
        _require_still(session, kit, view, entry, unit_code)
        if entry.address is None:
            raise NotConnected
        row = Launch(
            digest=tokens.digest(kit, jti),
            service=entry.service,
            function=function,
            unit_code=unit_code,
            kind=kind,
            session_id=view.id,
            expires_at=now + tokens.LIFE,
        )
        session.add(row)
        audit.record(session, kit, "launch.opened", actor=owner, object=view.id, function=function)
    token = tokens.make(kit, _claims(kit, row, view) | {"jti": jti}, at=now)
    return Launched(address=entry.address, token=token, expires_at=row.expires_at)


def _owner(view: Any) -> str:
    """Return the opaque id of whoever a session belongs to: a person, a unit, or an account."""
    named = (getattr(view, name, None) for name in ("person_id", "unit_id", "account_id"))
    return next(str(each) for each in named if each is not None)


def _claims(kit: Kit, row: Launch, view: Any) -> dict[str, Any]:
    return {
        "aud": row.service,
        "sub": tokens.pairwise(kit, row.service, "sub", _owner(view)),
        "sid": tokens.pairwise(kit, row.service, "sid", view.id),
        "function": row.function,
        **({} if row.unit_code is None else {"unit_code": row.unit_code}),
        "acr": view.acr,
        "amr": list(view.amr),
        "auth_time": int(view.auth_time.timestamp()),
    }


def redeem(kit: Kit, *, client: Service, token: str) -> Redeemed:
    """Change a token, once, for what its service may know; raise the refusal that fits.

    The token is used up before anything else is looked at, so that one that was refused is never good later.
    """
    with audit.audited(kit, "launch.redeemed"):
        now = kit.clock.now()
        claims = tokens.require(kit, token, service=client.id, at=now)
        row = _use(kit, tokens.digest(kit, str(claims.get("jti"))), client, at=now)
        with kit.begin() as session:
            told = _tell(session, kit, row)
            audit.record(session, kit, "launch.redeemed", object=row.session_id, function=row.function)
    return told


def _use(kit: Kit, digest: bytes, client: Service, *, at: datetime) -> Launch:
    mine = (Launch.digest == digest, Launch.service == client.id)
    unused = update(Launch).where(*mine, Launch.used_at.is_(None), Launch.expires_at > at).values(used_at=at)
    with kit.begin() as session:
        won = claim(session, unused)
        row = session.scalar(select(Launch).where(*mine))
    if row is None or row.expires_at <= at:
        raise tokens.LaunchExpired
    if not won:
        raise LaunchUsed
    return row


def _tell(session: Session, kit: Kit, row: Launch) -> Redeemed:
    entry = kit.port(Catalogue).entries.get(row.function)
    kind = kit.port(Ways).session_kinds.get(row.kind)
    view = None if kind is None else kind.live(session, kit, row.session_id)
    if view is None or entry is None or entry.service != row.service:
        raise LaunchWithdrawn
    try:
        unit_name = _require_still(session, kit, view, entry, row.unit_code)
    except (NotFound, Forbidden) as refusal:
        raise LaunchWithdrawn from refusal
    return Redeemed(
        sub=tokens.pairwise(kit, row.service, "sub", _owner(view)),
        sid=tokens.pairwise(kit, row.service, "sid", view.id),
        function=row.function,
        unit=_unit(view, row.unit_code, unit_name),
        person=view.person,
        acr=view.acr,
        amr=view.amr,
        auth_time=view.auth_time,
        session_expires_at=view.expires_at,
    )


def _unit(view: Any, unit_code: str | None, unit_name: str | None) -> dict[str, str | None] | None:
    """Return the unit that is acted for, or the one whose own session it is."""
    if unit_name is not None:
        return {"code": unit_code, "name": unit_name}
    own = getattr(view, "unit", None)
    return None if own is None else {"code": view.unit_code, "name": own["name"]}


def purge(kit: Kit) -> None:
    """Erase launches that are over."""
    with kit.begin() as session:
        session.execute(delete(Launch).where(Launch.expires_at <= kit.clock.now()))
