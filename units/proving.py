"""Who may register a unit: whoever has its certificate, or its responsible person by health card or one-time code."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy.orm import Session

from authsvc.core.errors import Invalid
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.core.throttle import Limit
from authsvc.identity import challenges, login, people
from authsvc.identity.cards import CardProof, VerifiedCard, business_number
from authsvc.identity.models import Person, Proof
from authsvc.identity.ways import Ways
from units.refusals import NotResponsible, UnitNotConfirmed

REGISTRATIONS: Final = Limit(
    scope="unit-registration", tries=10, pause=timedelta(minutes=1), forgets=timedelta(hours=1)
)
ANOTHER_CERTIFICATE: Final = N_("The certificate that was read belongs to another business number.")


@dataclass(frozen=True, kw_only=True)
class ByCard:
    """A unit certificate (its card asked for the PIN), or the responsible person's health card and its password."""

    card_proof: CardProof
    password: str | None = None


@dataclass(frozen=True, kw_only=True)
class ByCode:
    """A one-time code from the responsible person's phone."""

    birth_date: date
    otp: str
    page_tag: str | None = None


Evidence = ByCard | ByCode


@dataclass(frozen=True, kw_only=True)
class Proved:
    """Who stands behind a registration: `person_id` is None where it is the unit's own certificate."""

    via: str
    person_id: str | None


def prove(kit: Kit, evidence: Evidence, *, claimed_number: str, responsible_id: str, browser: str | None) -> Proved:
    """Return what the evidence proves; raise the refusal that fits, each of which is audited where it is found."""
    if isinstance(evidence, ByCode):
        return _by_code(kit, evidence, responsible_id)
    card = challenges.redeem(kit, evidence.card_proof, purpose="unit", browser=browser, kinds=("unit", "nhi"))
    if card.kind == "unit":
        return _by_certificate(kit, card, claimed_number)
    if evidence.password is None:
        raise Invalid({"password": [N_("Please enter the registration password of this health card.")]})
    return _by_person(kit, login.prove_by_card(kit, card, password=evidence.password), responsible_id)


def _by_certificate(kit: Kit, card: VerifiedCard, claimed: str) -> Proved:
    number = business_number(card)
    kit.throttle.spend(REGISTRATIONS, kit.keys.index("unit", number))
    if number != claimed:
        raise UnitNotConfirmed({"business_number": [ANOTHER_CERTIFICATE]})
    return Proved(via="unit_certificate", person_id=None)


def _by_code(kit: Kit, evidence: ByCode, responsible_id: str) -> Proved:
    check = kit.port(Ways).checks.get("otp")
    if check is None:
        raise Invalid({"otp": [N_("One-time codes are not in use here.")]})
    return _by_person(kit, check(kit, national_id=responsible_id, **vars(evidence)), responsible_id)


def _by_person(kit: Kit, proof: Proof, responsible_id: str) -> Proved:
    with kit.read() as session:
        index = _index_of(session, proof.person_id)
    kit.throttle.spend(REGISTRATIONS, index)
    if index != people.national_id_index(kit, responsible_id):
        raise NotResponsible
    return Proved(via=proof.acr, person_id=proof.person_id)


def _index_of(session: Session, person_id: str) -> bytes:
    return session.get_one(Person, person_id).national_id_index
