"""A person is registered on sight of their documents: card and household or chip ARC, and no link by mail."""

from dataclasses import dataclass
from typing import Final

import counter.acts as acts
from authsvc.core.audit import audited
from authsvc.core.errors import Conflict
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.identity import people
from authsvc.identity.accounts import AlreadyRegistered, Opening, open_account
from authsvc.identity.evidence import Evidence, Holder, require_holder
from authsvc.identity.guessable import guessable
from authsvc.identity.models import Person
from authsvc.identity.notices import send_completed
from authsvc.identity.passwords import Passwords, require_good_password
from authsvc.identity.terms import require_current_terms
from counter.models import COUNTER, StaffView

PURPOSE: Final = "counter"
VIA: Final = "counter"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the person chose: how they are reached, the password that they typed, terms, language of their mails."""

    contact: people.Contact
    password: str
    terms_version: str
    language: str


class RegisteredAlready(Conflict):
    """The person whose card was read has an account; `person_id` is whose record was opened instead."""

    code = "registered_already"
    detail = N_(
        "This person is registered already. Their record is open now. If the card is new, please take it down there."
    )


def register(
    kit: Kit,
    *,
    staff: StaffView,
    evidence: Evidence,
    wanted: Wanted,
    reason: str,
    browser: str | None,
) -> str:
    """Register a person whose documents were seen and return their id; an application of theirs is gone.

    Raise `RegisteredAlready` with the person's id, `OwnRecord`, `Invalid`, and what `require_holder` refuses.
    """
    acts.require_role(kit, staff, COUNTER)
    words = acts.require_reason(reason)
    require_current_terms(wanted.terms_version)
    with audited(kit, "counter.register", object=staff.id):
        holder = require_holder(kit, evidence, purpose=PURPOSE, browser=browser)
    acts.require_other(kit, staff, holder.index)
    with audited(kit, "counter.register", object=staff.id):
        _open_instead(kit, staff, holder, words)
        known = guessable(holder.insured.national_id, holder.insured.birth_date, wanted.contact.mobile)
        require_good_password(wanted.password, known=known)
        opening = _opening(holder, wanted, password_hash=kit.port(Passwords).hash(wanted.password))
        try:
            person_id = _store(kit, staff, opening, words)
        except AlreadyRegistered:
            _open_instead(kit, staff, holder, words)
            raise  # the card number is another person's: the registries contradict themselves
    return person_id


def _store(kit: Kit, staff: StaffView, opening: Opening, reason: str) -> str:
    with kit.begin() as session:
        person = open_account(session, kit, opening, at=kit.clock.now())
        acts.record(session, kit, staff, person, act=acts.REGISTERED, reason=reason)
        send_completed(session, kit, person)
        return person.id


def _open_instead(kit: Kit, staff: StaffView, holder: Holder, reason: str) -> None:
    """Open the record of somebody who is registered, and say so by `RegisteredAlready`."""
    with kit.begin() as session:
        person: Person | None = people.find_by_national_id(session, kit, holder.insured.national_id)
        if person is None:
            return
        acts.record(session, kit, staff, person, act=acts.LOOKED, reason=reason)
    raise RegisteredAlready(person_id=person.id)


def _opening(holder: Holder, wanted: Wanted, *, password_hash: str) -> Opening:
    insured = holder.insured
    return Opening(
        kind=insured.kind,
        national_id=insured.national_id,
        name=insured.name,
        birth_date=insured.birth_date,
        card_number=holder.card.number,
        card_key=holder.card.key,
        contact=wanted.contact,
        password_hash=password_hash,
        terms_version=wanted.terms_version,
        language=wanted.language,
        via=VIA,
    )
