"""Who stands before us? The health card, and the household data or the chip ARC that only its holder has."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from authsvc.core.kit import Kit
from authsvc.core.throttle import Limit
from authsvc.identity import challenges, people
from authsvc.identity.cards import CardProof, VerifiedCard
from authsvc.identity.registry import Household, Insured, Registry
from authsvc.registration.refusals import HouseholdNotConfirmed, audited

GUESSES: Final = Limit(scope="household", tries=5, pause=timedelta(seconds=60))
MINGUO: Final = 1911


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a person lays on the table: the health card, and a household (citizens) or a chip ARC (residents)."""

    card_proof: CardProof
    household: Household | None = None
    residence: CardProof | None = None


@dataclass(frozen=True, kw_only=True)
class Holder:
    """The holder of a card that was present, as the registry knows them."""

    card: VerifiedCard
    insured: Insured
    index: bytes


def require_holder(kit: Kit, evidence: Evidence, *, purpose: str, browser: str | None) -> Holder:
    """Return who holds the card; raise the card's refusals, `HouseholdNotConfirmed`, `Throttled` or `Unavailable`."""
    card = challenges.redeem(kit, evidence.card_proof, purpose=purpose, browser=browser, kinds=("nhi",))
    arc = _residence_card(kit, evidence, browser=browser)
    with audited(kit, f"registration.{purpose}"):
        insured = kit.port(Registry).find_by_card(card.number)  # type: ignore[type-abstract]
        if insured is None or not insured.card_valid:
            raise HouseholdNotConfirmed
        index = people.national_id_index(kit, insured.national_id)
        kit.throttle.spend(GUESSES, index)
        if not _belongs(kit, insured, evidence.household, arc):
            raise HouseholdNotConfirmed
        with kit.begin() as session:
            kit.throttle.forgive(session, GUESSES, index)
    return Holder(card=card, insured=insured, index=index)


def _residence_card(kit: Kit, evidence: Evidence, *, browser: str | None) -> VerifiedCard | None:
    if evidence.residence is None:
        return None
    return challenges.redeem(kit, evidence.residence, purpose="residence", browser=browser, kinds=("arc",))


def _belongs(kit: Kit, insured: Insured, household: Household | None, arc: VerifiedCard | None) -> bool:
    registry = kit.port(Registry)  # type: ignore[type-abstract]
    if insured.kind == "citizen" and household is not None:
        return registry.household_matches(insured.national_id, household)
    if insured.kind == "resident" and arc is not None:
        return registry.residence_matches(insured.national_id, arc.number)
    return False


def guessable(national_id: str, birth_date: date, mobile: str) -> tuple[str, ...]:
    """Return the person's ID, birth date and mobile number in the forms that people type into passwords."""
    years = [f"{birth_date:%Y}", f"{birth_date:%y}"]
    if birth_date.year > MINGUO:
        years += [f"{birth_date.year - MINGUO:03d}", str(birth_date.year - MINGUO)]
    dates = [
        mark.join((year, f"{birth_date:%m}", f"{birth_date:%d}")) for year in years for mark in ("", "-", "/", ".")
    ]
    # Without its letter or its first zero a number is no less the person's.
    return (national_id[1:], mobile[1:], *dates)
