"""The registries' port: who holds this card, is this their household or residence, and which units are insured."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol, runtime_checkable

import authsvc.identity.registryanswers as registryanswers
from authsvc.core.errors import Unavailable
from authsvc.core.keys import new_token
from authsvc.core.remote import Remote
from authsvc.identity.registryanswers import UNIT_CODE, Household, Insured, InsuredUnit

SUBJECTS: Final = ("card_number", "national_id", "holder_number", "business_number", "unit_code")


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

    def find_unit(self, unit_code: str) -> InsuredUnit | None:
        """Return the insured unit with this code; None where there is none, or it is insured no longer."""
        ...

    def insured_in_unit(self, unit_code: str, national_ids: Sequence[str]) -> Mapping[str, Insured]:
        """Return those of the people asked about (500 at most) who are insured in a unit now, by their ID."""
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
        return registryanswers.insured(self._ask("/v1/insured/lookup", card_number=card_number))

    def find_by_id(self, national_id: str) -> Insured | None:
        """Return the insured person with this national ID."""
        return registryanswers.insured(self._ask("/v1/insured/lookup", national_id=national_id))

    def find_by_holder(self, holder_number: str) -> Insured | None:
        """Return the insured person to whom a certificate with this holder number was issued."""
        return registryanswers.insured(self._ask("/v1/insured/lookup", holder_number=holder_number))

    def unit_codes(self, business_number: str) -> tuple[str, ...]:
        """Return the codes (9 digits) under which a business number is insured; none where it is not."""
        codes = self._ask("/v1/units/lookup", business_number=business_number).get("unit_codes")
        if not isinstance(codes, list) or not all(
            isinstance(code, str) and UNIT_CODE.fullmatch(code) for code in codes
        ):
            raise Unavailable
        return tuple(codes)

    def find_unit(self, unit_code: str) -> InsuredUnit | None:
        """Return the insured unit with this code; None where there is none, or it is insured no longer."""
        return registryanswers.unit(self._ask("/v1/units/find", unit_code=unit_code))

    def insured_in_unit(self, unit_code: str, national_ids: Sequence[str]) -> Mapping[str, Insured]:
        """Return those of the people asked about (500 at most) who are insured in a unit now, by their ID."""
        answer = self._ask("/v1/units/insured", unit_code=unit_code, national_ids=list(national_ids))
        return registryanswers.insured_among(answer, national_ids)

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
