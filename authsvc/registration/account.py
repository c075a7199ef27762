"""The registration password of an account: forgotten and set anew with the card, or changed from inside."""

from typing import Final

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from authsvc.core import audit
from authsvc.core.audit import audited
from authsvc.core.db import claim
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.identity import notices, people, pinning, sessions
from authsvc.identity.evidence import Evidence, require_holder
from authsvc.identity.guessable import guessable
from authsvc.identity.login import PASSWORD, CardNotRegistered, PasswordWrong, require_active
from authsvc.identity.models import ACTIVE, EmailChange, Person, SessionView, WebSession
from authsvc.identity.passwords import Passwords, require_good_password
from authsvc.identity.standing import OnlineServicesSuspended
from authsvc.identity.ways import Ways

RESET: Final = N_("Your registration password was set anew with your card.")
RESET_BY_ANOTHER: Final = N_(
    "Your registration password was set anew with another card. That card now belongs to your account; the card before "
    "it no longer works."
)


def reset_password(kit: Kit, *, evidence: Evidence, password: str, browser: str | None) -> None:
    """Set a forgotten password with the card and household or residence; every session of the person ends.

    A card that was issued anew is pinned here: the registries vouch that it is the same person's.
    """
    holder = require_holder(kit, evidence, purpose="reset", browser=browser)
    with audited(kit, "password.reset"):
        with kit.read() as session:
            person = people.find_by_national_id(session, kit, holder.insured.national_id)
        if person is None:
            raise CardNotRegistered
        require_good_password(password, known=_known(kit, person))
    require_active(kit, person)
    hashed = kit.port(Passwords).hash(password)
    with audited(kit, "password.reset", actor=person.id), kit.begin() as session:
        person = _lock_active(session, person.id)
        person.password_hash = hashed
        repinned = pinning.pin_anew(session, kit, person, holder)
        kit.throttle.forgive(session, PASSWORD, person.national_id_index)
        # Who lost the account to somebody else gets it back whole: an address that waits was perhaps not theirs.
        session.execute(delete(EmailChange).where(EmailChange.person_id == person.id))
        ended = sessions.end_sessions(session, kit, WebSession.person_id == person.id)
        kit.port(Ways).on_reset(session, kit, person)
        _tell(session, kit, person, what=RESET_BY_ANOTHER if repinned else RESET)
        audit.record(session, kit, "password.reset", actor=person.id, sessions=ended, repinned=repinned)


def change_password(kit: Kit, *, view: SessionView, current: str, new: str) -> None:
    """Change the password from a session opened by card; all other sessions of the person end.

    Raises `StepUpRequired`, `Invalid` (field `new`), `Throttled`, `PasswordWrong`.
    """
    with audited(kit, "password.change", actor=view.person_id):
        sessions.require_recent_card(kit, view, within=kit.settings.session_absolute)
        with kit.read() as session:
            person = session.get_one(Person, view.person_id)
        require_good_password(new, known=_known(kit, person), field_name="new")
        kit.throttle.spend(PASSWORD, person.national_id_index)
        if not kit.port(Passwords).verify(person.password_hash, current):
            raise PasswordWrong
        hashed = kit.port(Passwords).hash(new)
        unchanged = update(Person).where(Person.id == person.id, Person.password_hash == person.password_hash)
        with kit.begin() as session:
            _lock_active(session, person.id)
            # A change that came in between has replaced the password that was checked.
            if not claim(session, unchanged.values(password_hash=hashed)):
                raise PasswordWrong
            kit.throttle.forgive(session, PASSWORD, person.national_id_index)
            # An address that waits was perhaps asked for by whoever knew the old password.
            session.execute(delete(EmailChange).where(EmailChange.person_id == person.id))
            others = (WebSession.person_id == person.id, WebSession.id != view.id)
            ended = sessions.end_sessions(session, kit, *others)
            _tell(session, kit, person, what=N_("Your registration password was changed."))
            audit.record(session, kit, "password.changed", actor=person.id, sessions=ended)


def _lock_active(session: Session, person_id: str) -> Person:
    """Return a person, locked and read again: a suspension may have come while the password was hashed."""
    person = session.get_one(Person, person_id, with_for_update={"key_share": True}, populate_existing=True)
    if person.status != ACTIVE:
        raise OnlineServicesSuspended
    return person


def _known(kit: Kit, person: Person) -> tuple[str, ...]:
    national_id = people.place_of(kit, person).open("national_id", person.national_id)
    return guessable(national_id, people.birth_date(kit, person), people.contact(kit, person).mobile)


def _tell(session: Session, kit: Kit, person: Person, *, what: str) -> None:
    addresses = people.contact(kit, person).addresses
    notices.send_notice(session, kit, person, what=what, to=addresses, at=kit.clock.now())
