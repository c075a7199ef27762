"""An application's row: filled from the card's holder, opened again, and turned into a person."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from authsvc.core.errors import Invalid
from authsvc.core.i18n import N_
from authsvc.core.keys import Place, new_id
from authsvc.core.kit import Kit
from authsvc.identity import people
from authsvc.identity.accounts import Opening
from authsvc.identity.cards import VerifiedCard
from authsvc.identity.evidence import Holder
from authsvc.identity.guessable import guessable
from authsvc.identity.numbers import mask_name
from authsvc.identity.passwords import Passwords, require_good_password
from authsvc.identity.terms import require_current_terms
from authsvc.registration.models import Registration

BY_EMPLOYER: Final = "registration/mail/employer"


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What an application says, readable."""

    national_id: str
    name: str
    birth_date: date
    contact: people.Contact

    @property
    def masked_name(self) -> str:
        """Return the name as it may stand in a mail."""
        return mask_name(self.name)


@dataclass(frozen=True, kw_only=True)
class Account:
    """What a person chose for the account: the password's hash, and which terms were accepted when."""

    password_hash: str
    terms_version: str
    terms_at: datetime

    @property
    def agreed(self) -> dict[str, str]:
        """Return the accepted terms as they stand in the audit."""
        return {"terms": self.terms_version, "terms_at": self.terms_at.isoformat()}


def digest(kit: Kit, token: str) -> bytes:
    """Return the keyed digest by which a link's token is found."""
    return kit.keys.mac("registration-token", token)


def card_index(kit: Kit, card: VerifiedCard) -> bytes:
    """Return the blind index of a card's number."""
    return kit.keys.index("card_number", card.number)


def place(kit: Kit, row: Registration) -> Place:
    """Return the sealer of an application's row."""
    return kit.keys.place(Registration.__tablename__, row.id)


def new_row(kit: Kit, holder: Holder, contact: people.Contact, *, at: datetime) -> Registration:
    """Return an application of a card's holder, sealed, without password, terms and link."""
    insured, row = holder.insured, Registration(id=new_id())
    facts = {
        "national_id": insured.national_id,
        "name": insured.name,
        "birth_date": insured.birth_date.isoformat(),
        "card_number": holder.card.number,
    }
    for column, plain in (facts | vars(contact)).items():
        setattr(row, column, place(kit, row).seal_or_none(column, plain))
    row.kind, row.national_id_index = insured.kind, holder.index
    row.card_number_index, row.card_key = card_index(kit, holder.card), holder.card.key
    row.created_at, row.language = at, kit.caller.language
    return row


def template_of(row: Registration) -> str:
    """Return the text of the mail with the link: those whom their employer registered are told so, and what is left."""
    return BY_EMPLOYER if row.password_hash is None else "registration/mail/confirm"


def opened(kit: Kit, row: Registration) -> Opened:
    """Return what an application says."""
    seal = place(kit, row)
    return Opened(
        national_id=seal.open("national_id", row.national_id),
        name=seal.open("name", row.name),
        birth_date=date.fromisoformat(seal.open("birth_date", row.birth_date)),
        contact=people.Contact(
            email=seal.open("email", row.email),
            backup_email=seal.open_or_none("backup_email", row.backup_email),
            phone=seal.open_or_none("phone", row.phone),
            mobile=seal.open("mobile", row.mobile),
        ),
    )


def complete(kit: Kit, row: Registration, *, password: str | None, terms_version: str | None, at: datetime) -> Account:
    """Return the account's password and terms: those of the application, or for a batch entry those brought along.

    Raises `Invalid` when a batch entry comes without them, and when an own application comes with others.
    """
    if row.password_hash is not None and row.terms_version is not None and row.terms_at is not None:
        if password is not None:
            raise Invalid({"password": [N_("You chose your password when you applied.")]})
        return Account(password_hash=row.password_hash, terms_version=row.terms_version, terms_at=row.terms_at)
    if password is None:
        raise Invalid({"password": [N_("Please choose a password.")]})
    require_current_terms(terms_version)
    facts = opened(kit, row)
    require_good_password(password, known=guessable(facts.national_id, facts.birth_date, facts.contact.mobile))
    hashed = kit.port(Passwords).hash(password)
    return Account(password_hash=hashed, terms_version=terms_version or "", terms_at=at)


def opening(kit: Kit, row: Registration, account: Account, *, card: VerifiedCard) -> Opening:
    """Return what the account of an application begins with, pinned to the card that was present."""
    facts = opened(kit, row)
    return Opening(
        kind=row.kind,
        card_number=card.number,
        card_key=card.key,
        password_hash=account.password_hash,
        terms_version=account.terms_version,
        language=row.language,
        via="card" if row.password_hash is not None else "batch",
        **vars(facts),
    )
