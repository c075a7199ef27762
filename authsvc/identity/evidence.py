"""Who stands before us? The health card, and the household data or the chip ARC that only its holder has."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import authsvc.identity.challenges as challenges
import authsvc.identity.people as people
from authsvc.core.audit import audited
from authsvc.core.errors import Invalid
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.core.throttle import Limit
from authsvc.identity.cards import CardProof, VerifiedCard
from authsvc.identity.registry import Registry
from authsvc.identity.registryanswers import Household, Insured

GUESSES: Final = Limit(scope="household", tries=5, pause=timedelta(seconds=60))


class HouseholdNotConfirmed(Invalid):
    """The registries do not confirm card, person and household or residence together; never says which."""

    code = "household_not_confirmed"
    detail = N_("The registries did not confirm these data. Please check the card and what you entered.")


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
