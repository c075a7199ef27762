"""Bodies of the calls about applications, passwords and contact data."""

import unicodedata
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema

import authsvc.registration.addresses as addresses
from authsvc.core.i18n import N_
from authsvc.core.schema import In, Moment, Text
from authsvc.identity.cards import CardProof
from authsvc.identity.numbers import normalise
from authsvc.identity.people import Contact
from authsvc.identity.registry import Household
from authsvc.identity.schemas import BASE64URL, CardProofIn
from authsvc.registration.evidence import Evidence

LONGEST_PASSWORD = 64  # what is read; the rule of 6 to 12 is the service's, and has a reason of its own


class Checked(Text):
    """A text that passes the feature's rule, or is refused with the rule's own words."""

    words: ClassVar[str]

    def holds(self, text: str) -> bool:
        """Tell whether the text passes the rule."""
        raise NotImplementedError

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if not self.holds(text):
            raise ValidationError(self.words)
        return text


class Email(Checked):
    """An e-mail address that we write to."""

    words = N_("This does not look like an e-mail address.")

    def holds(self, text: str) -> bool:
        """Tell whether the text passes the rule."""
        return addresses.is_email(text)


class Mobile(Checked):
    """A mobile number of ten digits."""

    words = N_("A mobile number has 10 digits and begins with 09.")

    def holds(self, text: str) -> bool:
        """Tell whether the text passes the rule."""
        return addresses.is_mobile(text)


class Phone(Checked):
    """A telephone number with its area code."""

    words = N_("Please write area code, dash and number, as in 02-21234567.")

    def holds(self, text: str) -> bool:
        """Tell whether the text passes the rule."""
        return addresses.is_phone(text)


class Plain(Text):
    """A part of an address, without blanks around it and without full-width digits."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).strip()
        text: str = super()._deserialize(value, attr, data, **kwargs)
        return text


class HouseholdNumber(Text):
    """1 letter and 7 digits, as at the upper left of the household certificate."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        number = normalise(super()._deserialize(value, attr, data, **kwargs))
        if not addresses.is_household_number(number):
            raise ValidationError(N_("A household number is 1 letter and 7 digits, for example F1234567."))
        return number


class HouseholdIn(In):
    """A household as it stands on the household certificate."""

    number = HouseholdNumber(required=True)
    county = Plain(required=True, longest=32)
    district = Plain(required=True, longest=32)
    village = Plain(required=True, longest=32)
    neighbourhood = Plain(required=True, longest=32)

    @post_load
    def _make(self, data: dict[str, str], **_kwargs: Any) -> Household:
        return Household(**data)


class ResidenceIn(In):
    """The chip ARC of a foreign resident."""

    card_proof = fields.Nested(CardProofIn, required=True)

    @post_load
    def _make(self, data: dict[str, CardProof], **_kwargs: Any) -> CardProof:
        return data["card_proof"]


class EvidenceIn(In):
    """The health card with a household or with a chip ARC; one of the two."""

    card_proof = fields.Nested(CardProofIn, required=True)
    household = fields.Nested(HouseholdIn)
    residence = fields.Nested(ResidenceIn)

    @validates_schema
    def _one_of_two(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if ("household" in data) == ("residence" in data):
            raise ValidationError(N_("Please give either the household or the chip ARC."), "household")

    @post_load
    def _lay_down(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        parts = {name: data.pop(name) for name in ("card_proof", "household", "residence") if name in data}
        return {"evidence": Evidence(**parts)} | self._rest(data)

    def _rest(self, data: dict[str, Any]) -> dict[str, Any]:
        return data


class ApplicationIn(EvidenceIn):
    """An application."""

    password = Text(required=True, longest=LONGEST_PASSWORD)
    email = Email(required=True)
    backup_email = Email()
    phone = Phone()
    mobile = Mobile(required=True)
    terms_version = Text(required=True, longest=32)

    def _rest(self, data: dict[str, Any]) -> dict[str, Any]:
        reached = {name: data.pop(name, None) for name in ("email", "backup_email", "phone", "mobile")}
        return data | {"contact": Contact(**reached)}


class ApplicationOut(Schema):
    """An application that waits for its confirmation."""

    id = fields.String(required=True)
    status = fields.String(required=True)
    expires_at = Moment(required=True)


class ConfirmationIn(In):
    """The link's token and the card; password and terms only from those whom their employer registered."""

    token = Text(required=True, longest=128, pattern=BASE64URL)
    card_proof = fields.Nested(CardProofIn, required=True)
    password = Text(longest=LONGEST_PASSWORD)
    terms_version = Text(longest=32)


class StatusOut(Schema):
    """What became of it."""

    status = fields.String(required=True)


class ResendIn(In):
    """The card, and a corrected address."""

    card_proof = fields.Nested(CardProofIn, required=True)
    email = Email()


class CardOnlyIn(In):
    """The card."""

    card_proof = fields.Nested(CardProofIn, required=True)


class ResetIn(EvidenceIn):
    """A new password for one that was forgotten."""

    password = Text(required=True, longest=LONGEST_PASSWORD)


class PasswordChangeIn(In):
    """The present password and the new one."""

    current = Text(required=True, longest=LONGEST_PASSWORD)
    new = Text(required=True, longest=LONGEST_PASSWORD)


class ContactIn(In):
    """What is to change; `null` removes a backup address or a telephone number."""

    email = Email()
    backup_email = Email(allow_none=True)
    phone = Phone(allow_none=True)
    mobile = Mobile()

    @post_load
    def _changes(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        if not data:
            raise ValidationError(N_("Please say what is to change."), "email")
        return {"changes": data}


class ContactOut(Schema):
    """A person's own contact data; `pending_email` waits for its confirmation."""

    name = fields.String(required=True)
    national_id = fields.String(required=True)
    email = fields.String(required=True)
    backup_email = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    mobile = fields.String(required=True)
    pending_email = fields.String(required=True, allow_none=True)


class EmailTokenIn(In):
    """The token of the link that went to a new address."""

    token = Text(required=True, longest=128, pattern=BASE64URL)
