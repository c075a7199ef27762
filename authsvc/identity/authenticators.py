"""A phone's own unlock, proved to the service: its platform authenticator signs over what the device key signed.

W3C WebAuthn Level 3 by py_webauthn. No attestation is asked for: what is known is that the browser of the bound phone
made this key when it was bound, and that the key says, each time, that the phone verified its user.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import webauthn
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from webauthn.helpers import options_to_json_dict, structs

import authsvc.identity.ceremonies as ceremonies
import authsvc.identity.devices as devices
import authsvc.identity.notices as notices
import authsvc.identity.people as people
from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.errors import Forbidden, NotFound, Problem, Refused
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.identity.models import AppView, Authenticator, AuthenticatorOffer, Device, Person

OFFER_LIFE: Final = timedelta(minutes=5)
REGISTER_WITHIN: Final = timedelta(minutes=10)
REGISTERED: Final = N_("A phone's own unlock was registered for approving logins, just after the phone was bound.")
REPLACED: Final = N_(
    "A phone's own unlock for approving logins was replaced by another one, just after the phone was bound."
)


class AuthenticatorTooLate(Forbidden):
    """The phone was bound too long ago: whoever holds it now may be somebody else."""

    code = "authenticator_too_late"
    detail = N_("The phone's own unlock can be registered only just after binding. Please bind this phone again.")


class AuthenticatorRefused(Refused):
    """The new authenticator did not answer our challenge, did not verify its user, or is another phone's."""

    code = "authenticator_refused"
    detail = N_("The phone's own unlock could not be registered. Please try again.")


class AssertionRefused(Refused):
    """The assertion is not this phone's, not over this decision, without the unlock, or was used before."""

    code = "assertion_refused"
    detail = N_("The phone's unlock was not accepted. Please try again.")


def offer(kit: Kit, app: AppView) -> dict[str, Any]:
    """Return the options for `navigator.credentials.create` (WebAuthn JSON), good once and for five minutes.

    Raise `AuthenticatorTooLate` later than ten minutes after the binding.
    """
    now, challenge = kit.clock.now(), secrets.token_bytes(ceremonies.CHALLENGE_BYTES)
    with kit.begin() as session:
        device = _lock_new(session, app, at=now)
        session.execute(delete(AuthenticatorOffer).where(AuthenticatorOffer.device_id == device.id))
        session.add(AuthenticatorOffer(device_id=device.id, challenge=challenge, expires_at=now + OFFER_LIFE))
    options = webauthn.generate_registration_options(
        rp_id=ceremonies.rp_id(kit),
        rp_name=ceremonies.SERVICE_NAME,
        user_id=device.id.encode("ascii"),
        user_name=device.name,
        challenge=challenge,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            authenticator_attachment=structs.AuthenticatorAttachment.PLATFORM,
            resident_key=structs.ResidentKeyRequirement.DISCOURAGED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
    )
    told: dict[str, Any] = options_to_json_dict(options)
    return told


def _lock_new(session: Session, app: AppView, *, at: datetime) -> Device:
    """Return the phone, locked; raise `NotFound`, or `AuthenticatorTooLate` when it was bound too long ago."""
    device = devices.lock_live(session, device_id=app.device_id, person_id=app.person_id)
    if device is None:
        raise NotFound
    if at - device.bound_at >= REGISTER_WITHIN:
        raise AuthenticatorTooLate
    return device


def register(kit: Kit, app: AppView, *, credential: dict[str, Any]) -> Authenticator:
    """Keep the phone's authenticator, in place of an older one; raise the refusal that fits, which is also audited."""
    try:
        return _register(kit, app, credential, at=kit.clock.now())
    except Problem as refusal:
        audit.record_refusal(
            kit, "authenticator.register", outcome=refusal.code, actor=app.person_id, object=app.device_id
        )
        raise


def _register(kit: Kit, app: AppView, credential: dict[str, Any], *, at: datetime) -> Authenticator:
    with kit.read() as session:
        offered = session.get(AuthenticatorOffer, app.device_id)
    if offered is None:
        raise AuthenticatorRefused
    made = _verified(kit, credential, challenge=offered.challenge)
    made.device_id, made.created_at = app.device_id, at
    unused = delete(AuthenticatorOffer).where(
        AuthenticatorOffer.device_id == app.device_id,
        AuthenticatorOffer.challenge == offered.challenge,
        AuthenticatorOffer.expires_at > at,
    )
    try:
        with kit.begin() as session:
            _lock_new(session, app, at=at)
            if not claim(session, unused):
                raise AuthenticatorRefused
            older = claim(session, delete(Authenticator).where(Authenticator.device_id == app.device_id))
            session.add(made)
            _tell(session, kit, app, replaced=older, at=at)
    except IntegrityError as fault:  # another phone registered this key
        raise AuthenticatorRefused from fault
    return made


def _tell(session: Session, kit: Kit, app: AppView, *, replaced: bool, at: datetime) -> None:
    """Write the audit, and a mail to every address: a second one in the ten minutes is not slipped in unnoticed."""
    person = session.get_one(Person, app.person_id)
    to = people.contact(kit, person).addresses
    notices.send_notice(session, kit, person, what=REPLACED if replaced else REGISTERED, to=to, at=at)
    outcome = "replaced" if replaced else "done"
    audit.record(session, kit, "authenticator.registered", actor=app.person_id, object=app.device_id, outcome=outcome)


def _verified(kit: Kit, credential: dict[str, Any], *, challenge: bytes) -> Authenticator:
    """Return what a registration says, verified; raise `AuthenticatorRefused`."""
    try:
        found = ceremonies.verify_new(kit, credential, challenge=challenge)
    except ceremonies.NotVerified as fault:
        raise AuthenticatorRefused from fault
    return Authenticator(
        credential_id=found.credential_id,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
        transports=ceremonies.transports_of(credential),
        backup_eligible=ceremonies.is_backup_eligible(found),
        backed_up=found.credential_backed_up,
    )


def check_assertion(kit: Kit, app: AppView, *, signed: str, assertion: Mapping[str, Any]) -> None:
    """Accept this phone's assertion over the SHA-256 of `signed` (a compact JWS, ASCII) and count its use.

    Raise `AssertionRefused`, which is also audited; nothing else is changed then (WebAuthn section 7.2).
    """
    try:
        _check_assertion(kit, app, signed, assertion, at=kit.clock.now())
    except AssertionRefused as refusal:
        audit.record_refusal(kit, "assertion", outcome=refusal.code, actor=app.person_id, object=app.device_id)
        raise


def _check_assertion(kit: Kit, app: AppView, signed: str, assertion: Mapping[str, Any], *, at: datetime) -> None:
    with kit.read() as session:
        known = session.get(Authenticator, app.device_id)
    if known is None:
        raise AssertionRefused
    challenge = sha256(signed.encode("ascii")).digest()
    try:
        found = ceremonies.verify_use(kit, assertion, challenge=challenge, public_key=known.public_key)
    except ceremonies.NotVerified as fault:
        raise AssertionRefused from fault
    if found.credential_id != known.credential_id:
        raise AssertionRefused
    count = found.new_sign_count
    used = update(Authenticator).where(
        Authenticator.device_id == app.device_id,
        Authenticator.credential_id == known.credential_id,
        ceremonies.later(Authenticator.sign_count, count),
    )
    with kit.begin() as session:
        if not claim(session, used.values(sign_count=count, used_at=at, backed_up=found.credential_backed_up)):
            raise AssertionRefused


def forget(session: Session, kit: Kit, device: Device) -> None:
    """Remove the authenticator of a device just unbound, and what was offered to it."""
    del kit
    for table in (Authenticator, AuthenticatorOffer):
        session.execute(delete(table).where(table.device_id == device.id))


def purge(kit: Kit) -> None:
    """Forget offers that were not taken up."""
    with kit.begin() as session:
        session.execute(delete(AuthenticatorOffer).where(AuthenticatorOffer.expires_at < kit.clock.now()))
