"""Logging in with a passkey: nobody is named beforehand, the passkey says who it is and that its user was verified."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import webauthn
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import options_to_json_dict, structs

import authsvc.identity.ceremonies as ceremonies
import authsvc.identity.notices as notices
import authsvc.identity.people as people
import authsvc.identity.sessions as sessions
import authsvc.identity.standing as standing
import passkeys.challenges as challenges
from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.i18n import N_
from authsvc.core.jose import b64url_decode
from authsvc.core.kit import Kit
from authsvc.identity.models import Person, Proof
from passkeys.ending import ACR
from passkeys.models import Passkey, PasskeyHolder
from passkeys.refusals import PasskeyCopied, PasskeyRefused
from passkeys.service import PasskeyOffer

# Nothing attests where the key is kept, so it counts as one in software; that its user was verified was checked.
AMR: Final = ("swk", "user")
COPIED: Final = N_(
    "A login with one of your passkeys was refused: it seems that there is a copy of it."
    " Please remove it on the page “Passkeys”."
)


def offer(kit: Kit, *, browser: str) -> PasskeyOffer:
    """Return the options for `navigator.credentials.get`; they name nobody's credential."""
    with kit.begin() as session:
        made = challenges.issue(session, kit, browser=browser)
    options = webauthn.generate_authentication_options(
        rp_id=ceremonies.rp_id(kit),
        challenge=made.challenge,
        timeout=int(challenges.LIFE.total_seconds() * 1000),
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return PasskeyOffer(id=made.id, public_key=options_to_json_dict(options), expires_at=made.expires_at)


def log_in(
    kit: Kit,
    *,
    challenge_id: str,
    credential: Mapping[str, Any],
    browser: str | None,
    unit_code: str | None = None,
    appoint_managers: bool = False,
) -> sessions.OpenedSession:
    """Open a session for the owner of a passkey; raise the refusal that fits, which is also audited."""
    with audit.audited(kit, "login.passkey"):
        challenge = challenges.use_up(kit, challenge_id, browser=browser)
        known = _require_known(kit, credential)
    proof = Proof(person_id=known.person_id, acr=ACR, amr=AMR, at=kit.clock.now())
    proof = replace(proof, unit_code=unit_code, appoint_managers=appoint_managers)
    try:
        with audit.audited(kit, "login.passkey", actor=known.person_id, object=known.id):
            found = _verified(kit, known, credential, challenge=challenge)
            with kit.begin() as session:
                standing.require_active(session, known.person_id)  # first: a suspension locks in the same order
                _count_use(session, known, found, proof)
                return sessions.open_session(session, kit, proof)
    except PasskeyCopied:
        _tell_copied(kit, known)
        raise


def _require_known(kit: Kit, credential: Mapping[str, Any]) -> Passkey:
    """Return the passkey that answers, if its holder is whom it names (WebAuthn 7.2, step 6); else `PasskeyRefused`."""
    try:
        credential_id, handle = (b64url_decode(part) for part in (credential["rawId"], _told_handle(credential)))
    except ValueError as fault:
        raise PasskeyRefused from fault
    with kit.read() as session:
        known = session.scalar(select(Passkey).where(Passkey.credential_id == credential_id))
        holder = session.get(PasskeyHolder, known.person_id) if known else None
    if known is None or holder is None or holder.handle != handle:
        raise PasskeyRefused
    return known


def _told_handle(credential: Mapping[str, Any]) -> str:
    return credential["response"].get("userHandle") or ""


def _verified(kit: Kit, known: Passkey, credential: Mapping[str, Any], *, challenge: bytes) -> VerifiedAuthentication:
    """Return what the passkey says; raise `PasskeyRefused`. Whether it may be copied never changes (7.2, step 17)."""
    try:
        found = ceremonies.verify_use(kit, credential, challenge=challenge, public_key=known.public_key)
    except ceremonies.NotVerified as fault:
        raise PasskeyRefused from fault
    if ceremonies.is_backup_eligible(found) != known.backup_eligible:
        raise PasskeyRefused
    return found


def _count_use(session: Session, known: Passkey, found: VerifiedAuthentication, proof: Proof) -> None:
    """Note the use; raise `PasskeyCopied` where the counter went back, `PasskeyRefused` where it was just removed."""
    count = found.new_sign_count
    used = update(Passkey).where(Passkey.id == known.id, ceremonies.later(Passkey.sign_count, count))
    if claim(session, used.values(sign_count=count, used_at=proof.at, backed_up=found.credential_backed_up)):
        return
    is_there = session.scalar(select(Passkey.id).where(Passkey.id == known.id))
    raise PasskeyCopied if is_there else PasskeyRefused


def _tell_copied(kit: Kit, known: Passkey) -> None:
    with kit.begin() as session:
        person = session.get_one(Person, known.person_id)
        to = people.contact(kit, person).addresses
        notices.send_notice(session, kit, person, what=COPIED, to=to, at=kit.clock.now())
