"""A person whom operator and registry confirmed: the account is opened or its password set, and the phone is bound.

Where the phone is that person's already, its confirmation sets the password alone.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.errors import Invalid
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.identity import devices, notices, people, sessions
from authsvc.identity.accounts import Opening, open_account
from authsvc.identity.guessable import guessable
from authsvc.identity.login import PASSWORD
from authsvc.identity.models import EmailChange, Person, WebSession
from authsvc.identity.passwords import Passwords, require_good_password
from authsvc.identity.registryanswers import Insured
from authsvc.identity.terms import require_current_terms
from authsvc.identity.ways import Ways
from devicebind.attempts import ANSWERED, Claim
from devicebind.binding import Binding, NewPhone, complete, lock_person, stay
from devicebind.models import DONE, PROVEN, PhoneVerification
from devicebind.refusals import VerificationOver
from devicebind.voiding import void_codes

VIA: Final = "telco"
PASSWORD_SET: Final = "password_set"  # noqa: S105 - an outcome's name


@dataclass(frozen=True, kw_only=True)
class Account:
    """What the person chooses; address and terms count for new people only.

    A phone may hand its answer in before anything is chosen: an operator's code is good for half a minute only.
    """

    password: str | None = None
    email: str | None = None
    terms_version: str | None = None


@dataclass(frozen=True, kw_only=True)
class Proved:
    """Whom operator and registry confirmed, for which phone, in which verification."""

    verification: PhoneVerification
    insured: Insured
    what: Claim
    phone: NewPhone


def enrol(kit: Kit, proved: Proved, account: Account) -> Binding:
    """Open the account or set its password, and bind the phone unless it is theirs already; all or nothing, once.

    Raise `Invalid`, `OnlineServicesSuspended`, `AlreadyRegistered`, `DeviceLimitReached`, `KeyAlreadyBound`
    (which leave the verification good for another try) or `VerificationOver`.
    """
    now = kit.clock.now()
    with kit.read() as session:
        known = people.find_by_national_id(session, kit, proved.insured.national_id)
    hashed = _checked(kit, proved, account, is_new=known is None)
    unused = update(PhoneVerification).where(
        PhoneVerification.id == proved.verification.id,
        PhoneVerification.state == PROVEN,
        PhoneVerification.expires_at > now,
    )
    with audit.audited(kit, ANSWERED, actor=known.id if known else None), kit.begin() as session:
        if not claim(session, unused.values(state=DONE, outcome=DONE)):
            raise VerificationOver
        if known is None:
            person = _open(session, kit, proved, account, hashed, at=now)
        else:
            person = _renew(session, kit, known.id, hashed, at=now)
        own = devices.lock_by_key(session, jkt=proved.phone.key.jkt, person_id=person.id)
        if own is None:
            bound = complete(session, kit, person=person, phone=proved.phone, via=VIA, at=now)
        else:
            bound = stay(session, kit, person=person, device=own, at=now)
        outcome = DONE if bound.is_new else PASSWORD_SET
        audit.record(session, kit, ANSWERED, actor=person.id, object=proved.verification.id, outcome=outcome)
    return bound


def _checked(kit: Kit, proved: Proved, account: Account, *, is_new: bool) -> str:
    """Return the password's hash where everything that the person chose is right; raise `Invalid`."""
    insured, missing = proved.insured, {}
    if account.password is None:
        missing["password"] = [N_("Please choose a password.")]
    if is_new and account.email is None:
        missing["email"] = [N_("You are new here: please enter your e-mail address.")]
    if missing or account.password is None:
        raise Invalid(missing)  # told together, so that the phone knows what to ask for
    known = guessable(insured.national_id, insured.birth_date, proved.what.mobile)
    require_good_password(account.password, known=known)
    if is_new:
        require_current_terms(account.terms_version)
    return kit.port(Passwords).hash(account.password)


def _open(session: Session, kit: Kit, proved: Proved, account: Account, hashed: str, *, at: datetime) -> Person:
    """Open an account; its card is pinned when it is read for the first time."""
    insured = proved.insured
    opening = Opening(
        kind=insured.kind,
        national_id=insured.national_id,
        name=insured.name,
        birth_date=insured.birth_date,
        card_number=insured.card_number,
        card_key=None,
        contact=people.Contact(email=account.email or "", backup_email=None, phone=None, mobile=proved.what.mobile),
        password_hash=hashed,
        terms_version=account.terms_version or "",
        language=kit.caller.language,
        via=VIA,
    )
    person = open_account(session, kit, opening, at=at)
    audit.record(session, kit, "registration.confirmed", actor=person.id, via=VIA, terms=opening.terms_version)
    notices.send_completed(session, kit, person)
    return person


def _renew(session: Session, kit: Kit, person_id: str, hashed: str, *, at: datetime) -> Person:
    """Set the password of somebody who is registered; sessions and waiting codes end, every address is told."""
    person = lock_person(session, person_id)  # somebody suspended is refused when the phone is bound, below
    person.password_hash = hashed
    kit.throttle.forgive(session, PASSWORD, person.national_id_index)
    # As with the card: an address that waits was perhaps somebody else's idea.
    session.execute(delete(EmailChange).where(EmailChange.person_id == person.id))
    ended = sessions.end_sessions(session, kit, WebSession.person_id == person.id)
    kit.port(Ways).on_reset(session, kit, person)
    void_codes(session, person.id)  # so was a code that one of those sessions made
    what = N_("Your registration password was set anew by your mobile number.")
    notices.send_notice(session, kit, person, what=what, to=people.contact(kit, person).addresses, at=at)
    audit.record(session, kit, "password.set_by_number", actor=person.id, sessions=ended)
    return person
