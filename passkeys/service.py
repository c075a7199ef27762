"""A person's passkeys: added just after a card login, listed, named, removed."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import webauthn
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from webauthn.helpers import options_to_json_dict, structs

import authsvc.identity.ceremonies as ceremonies
import authsvc.identity.freezing as freezing
import authsvc.identity.notices as notices
import authsvc.identity.people as people
import authsvc.identity.sessions as sessions
import authsvc.identity.standing as standing
import passkeys.challenges as challenges
import passkeys.ending as ending
from authsvc.core import audit
from authsvc.core.agents import describe
from authsvc.core.db import claim, hold
from authsvc.core.errors import NotFound, StepUpRequired
from authsvc.core.i18n import N_
from authsvc.core.keys import new_id
from authsvc.core.kit import Kit
from authsvc.identity.models import Person, SessionView
from passkeys.models import Passkey, PasskeyHolder
from passkeys.refusals import PasskeyLimitReached, PasskeyNotAdded

CARD_WITHIN: Final = timedelta(minutes=5)
MOST: Final = 5
HANDLE_BYTES: Final = 32
ADDED: Final = N_("A passkey was added to your account; it can log in as you.")


@dataclass(frozen=True, kw_only=True)
class PasskeyOffer:
    """What a browser makes or asks a passkey by (WebAuthn JSON), good once and until `expires_at`."""

    id: str
    public_key: dict[str, Any]
    expires_at: datetime


def offer(kit: Kit, view: SessionView, *, browser: str) -> PasskeyOffer:
    """Return the options for `navigator.credentials.create`.

    Raise `StepUpRequired` later than five minutes after a card login, `BindingsFrozen`, `PasskeyLimitReached` or
    `OnlineServicesSuspended`; each is audited.
    """
    with audit.audited(kit, "passkey.add", actor=view.person_id):
        sessions.require_recent_card(kit, view, within=CARD_WITHIN)
        with kit.begin() as session:
            known = _require_room(session, kit, view)
            made = challenges.issue(session, kit, browser=browser, person_id=view.person_id)
            handle = _handle(session, view.person_id)
    options = webauthn.generate_registration_options(
        rp_id=ceremonies.rp_id(kit),
        rp_name=ceremonies.SERVICE_NAME,
        user_id=handle,
        user_name=view.person["name"],  # masked: it is kept by the authenticator and whoever synchronises it
        challenge=made.challenge,
        timeout=int(challenges.LIFE.total_seconds() * 1000),
        attestation=structs.AttestationConveyancePreference.NONE,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[_named(each) for each in known],
    )
    return PasskeyOffer(id=made.id, public_key=options_to_json_dict(options), expires_at=made.expires_at)


def may_add(kit: Kit, view: SessionView) -> bool:
    """Tell whether a card opened this session recently enough to add a passkey."""
    try:
        sessions.require_recent_card(kit, view, within=CARD_WITHIN)
    except StepUpRequired:
        return False
    return True


def _named(passkey: Passkey) -> structs.PublicKeyCredentialDescriptor:
    transports = [structs.AuthenticatorTransport(each) for each in passkey.transports]
    return structs.PublicKeyCredentialDescriptor(id=passkey.credential_id, transports=transports)


def _require_room(session: Session, kit: Kit, view: SessionView) -> Sequence[Passkey]:
    """Return a person's passkeys, of which no more come or go meanwhile; raise what keeps them from another."""
    person_id = view.person_id
    hold(session, f"passkeys of {person_id}".encode())
    standing.require_active(session, person_id)
    sessions.require_live(session, kit, view)  # a card change, a reset or a log-out overtook it, or waits for us
    freezing.require_unfrozen(session, person_id)
    known = session.scalars(select(Passkey).where(Passkey.person_id == person_id)).all()
    if len(known) >= MOST:
        raise PasskeyLimitReached
    return known


def _handle(session: Session, person_id: str) -> bytes:
    """Return the person's user handle, drawn the first time; call it where nobody else draws it."""
    holder = session.get(PasskeyHolder, person_id)
    if holder is None:
        holder = PasskeyHolder(person_id=person_id, handle=secrets.token_bytes(HANDLE_BYTES))
        session.add(holder)
    return holder.handle


def add(
    kit: Kit,
    view: SessionView,
    *,
    offer_id: str,
    credential: dict[str, Any],
    browser: str | None,
    name: str | None = None,
) -> Passkey:
    """Keep a new passkey and tell its owner; raise the refusal that fits, which is also audited."""
    with audit.audited(kit, "passkey.add", actor=view.person_id):
        sessions.require_recent_card(kit, view, within=CARD_WITHIN)
        challenge = challenges.use_up(kit, offer_id, browser=browser, person_id=view.person_id)
        made = _verified(kit, credential, challenge=challenge)
        made.person_id, made.created_at = view.person_id, kit.clock.now()
        made.name = name or describe(kit.caller.user_agent)
        try:
            with kit.begin() as session:
                _require_room(session, kit, view)
                session.add(made)
                session.flush()
                _tell_added(session, kit, made)
        except IntegrityError as fault:  # this credential is kept already, perhaps as somebody else's
            raise PasskeyNotAdded from fault
    return made


def _verified(kit: Kit, credential: dict[str, Any], *, challenge: bytes) -> Passkey:
    try:
        found = ceremonies.verify_new(kit, credential, challenge=challenge)
    except ceremonies.NotVerified as fault:
        raise PasskeyNotAdded from fault
    return Passkey(
        id=new_id(),
        credential_id=found.credential_id,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
        transports=ceremonies.transports_of(credential),
        backup_eligible=ceremonies.is_backup_eligible(found),
        backed_up=found.credential_backed_up,
    )


def _tell_added(session: Session, kit: Kit, made: Passkey) -> None:
    audit.record(session, kit, "passkey.added", actor=made.person_id, object=made.id)
    person = session.get_one(Person, made.person_id)
    to = people.contact(kit, person).addresses
    notices.send_notice(session, kit, person, what=ADDED, to=to, at=made.created_at)


def list_passkeys(kit: Kit, *, person_id: str) -> Sequence[Passkey]:
    """Return a person's passkeys, the newest first."""
    mine = select(Passkey).where(Passkey.person_id == person_id)
    with kit.read() as session:
        return session.scalars(mine.order_by(Passkey.created_at.desc(), Passkey.id)).all()


def show_passkey(kit: Kit, *, passkey_id: str, person_id: str) -> Passkey:
    """Return a passkey of this person; raise `NotFound`."""
    with kit.read() as session:
        found = session.scalar(select(Passkey).where(Passkey.id == passkey_id, Passkey.person_id == person_id))
    if found is None:
        raise NotFound
    return found


def rename(kit: Kit, *, passkey_id: str, person_id: str, name: str) -> Passkey:
    """Give a passkey of this person another name and return it; raise `NotFound`."""
    mine = update(Passkey).where(Passkey.id == passkey_id, Passkey.person_id == person_id)
    with kit.begin() as session:
        if not claim(session, mine.values(name=name)):
            raise NotFound
        audit.record(session, kit, "passkey.renamed", actor=person_id, object=passkey_id)
    return show_passkey(kit, passkey_id=passkey_id, person_id=person_id)


def remove(kit: Kit, view: SessionView, *, passkey_id: str) -> None:
    """Remove a passkey of this person, end what others opened by one, and tell them; raise `NotFound`."""
    with kit.begin() as session:
        ending.remove(session, kit, person_id=view.person_id, passkey_id=passkey_id, stays=view.id)
