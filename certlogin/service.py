"""Logging in with a certificate: of a natural person, or of a unit."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import certlogin.persons as persons
import certlogin.units as units
from authsvc.core.kit import Kit
from authsvc.identity import challenges
from authsvc.identity.cards import CardProof
from authsvc.identity.opened import Entered

WAYS: Final[Mapping[str, Callable[..., Entered[Any]]]] = {"citizen": persons.log_in, "unit": units.log_in}


def log_in(
    kit: Kit,
    *,
    card_proof: CardProof,
    browser: str | None,
    unit_code: str | None = None,
    appoint_managers: bool = False,
) -> Entered[Any]:
    """Open a session for whoever a present certificate is of, a person or a unit; raise the refusal that fits."""
    card = challenges.redeem(kit, card_proof, purpose="login", browser=browser, kinds=tuple(WAYS))
    return WAYS[card.kind](kit, card, unit_code=unit_code, appoint_managers=appoint_managers)
