"""The registries' port: who holds this card, is this their household or residence, and which units are insured."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol, runtime_checkable

from authsvc.core.errors import Unavailable
from authsvc.core.keys import new_token
from authsvc.core.remote import Remote

SUBJECTS: Final = ("card_number", "national_id", "holder_number", "business_number")
UNIT_CODE: Final = re.compile(r"[0-9]{9}")


@dataclass(frozen=True, kw_only=True)
class Insured:
    """A person as the insurance registry knows them; `kind` is citizen or resident."""

    card_number: str
    card_valid: bool
    national_id: str
    name: str
    birth_date: date
    kind: str


@dataclass(frozen=True, kw_only=True)
class Household:
    """A registered address: household number, county, district, village, neighbourhood."""

    number: str
    county: str
    district: str
    village: str
    neighbourhood: str


@runtime_checkable
class Registry(Protocol):
    """What we ask; every answer that is late, broken or about somebody else raises `Unavailable`."""

    def find_by_card(self, card_number: str) -> Insured | None:
        """Return the insured person to whom a card number belongs."""
        ...

    def find_by_id(self, national_id: str) -> Insured | None:
        """Return the insured person with this national ID."""
        ...

    def find_by_holder(self, holder_number: str) -> Insured | None:
        """Return the insured person to whom a certificate with this holder number was issued."""
        ...

    def unit_codes(self, business_number: str) -> tuple[str, ...]:
        """Return the codes (9 digits) under which a business number is insured; none where it is not."""
        ...

    def household_matches(self, national_id: str, household: Household) -> bool:
        """Tell whether this is the person's registered household."""
        ...

    def residence_matches(self, national_id: str, residence_number: str) -> bool:
        """Tell whether a residence certificate belongs to the person."""
        ...


class HttpRegistry:
    """The registries over HTTP: each question carries a nonce that its answer must echo."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def find_by_card(self, card_number: str) -> Insured | None:
        """Return the insured person to whom a card number belongs."""
        return _insured(self._ask("/v1/insured/lookup", card_number=card_number))

    def find_by_id(self, national_id: str) -> Insured | None:
        """Return the insured person with this national ID."""
        return _insured(self._ask("/v1/insured/lookup", national_id=national_id))

    def find_by_holder(self, holder_number: str) -> Insured | None:
        """Return the insured person to whom a certificate with this holder number was issued."""
        return _insured(self._ask("/v1/insured/lookup", holder_number=holder_number))

    def unit_codes(self, business_number: str) -> tuple[str, ...]:
        """Return the codes (9 digits) under which a business number is insured; none where it is not."""
        codes = self._ask("/v1/units/lookup", business_number=business_number).get("unit_codes")
        if not isinstance(codes, list) or not all(
            isinstance(code, str) and UNIT_CODE.fullmatch(code) for code in codes
        ):
            raise Unavailable
        return tuple(codes)

    def household_matches(self, national_id: str, household: Household) -> bool:
        """Tell whether this is the person's registered household."""
        return self._matches("/v1/household/match", national_id=national_id, household=vars(household))

    def residence_matches(self, national_id: str, residence_number: str) -> bool:
        """Tell whether a residence certificate belongs to the person."""
        return self._matches("/v1/residence/match", national_id=national_id, residence_number=residence_number)

    def _matches(self, path: str, **question: Any) -> bool:
        match = self._ask(path, **question).get("match")
        if not isinstance(match, bool):
            raise Unavailable
        return match

    def _ask(self, path: str, **question: Any) -> dict[str, Any]:
        nonce = new_token(16)
        answer = self._remote.ask(path, {"nonce": nonce, **question})
        # An answer to another question, or about another person, is no answer.
        subject: dict[str, Any] = {name: question[name] for name in SUBJECTS if name in question}
        if any(answer.get(name) != value for name, value in {"nonce": nonce, **subject}.items()):
            raise Unavailable
        return answer


def _insured(answer: dict[str, Any]) -> Insured | None:
    if answer.get("found") is False:
        return None
    texts = {name: answer.get(name) for name in ("card_number", "national_id", "name", "kind")}
    if answer.get("found") is not True or not all(isinstance(text, str) and text for text in texts.values()):
        raise Unavailable
    if texts["kind"] not in ("citizen", "resident") or not isinstance(answer.get("card_valid"), bool):
        raise Unavailable
    try:
        born = date.fromisoformat(answer["birth_date"])
    except (KeyError, TypeError, ValueError) as fault:
        raise Unavailable from fault
    return Insured(card_valid=answer["card_valid"], birth_date=born, **texts)  # type: ignore[arg-type]
