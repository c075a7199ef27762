"""Bodies of the calls about units, their registration and their managers."""

from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from authsvc.core.i18n import N_
from authsvc.core.schema import Flag, In, IsoDate, Moment, Text
from authsvc.identity.fields import LONGEST_PASSWORD, Email, Mobile, Phone, Plain, TypedCode
from authsvc.identity.numbers import normalise
from authsvc.identity.schemas import NO_CHOICE, UNIT_CODE, CardProofIn, NationalId
from units.contact import ONE_OF_TWO, Contact
from units.members import NewMember
from units.models import CERTIFICATE, HEALTH_CARD
from units.numbers import is_business_number, is_labour_number
from units.proving import ByCard, ByCode
from units.registering import Entry

ONE_PROOF: Final = N_("Please use a card or a one-time code, not both.")
LABOUR: Final = N_("Please give the labour-insurance number, or tick that the unit uses the health insurance alone.")
NO_LABOUR: Final = N_("A unit that uses the health insurance alone has no labour-insurance number here.")
REACHED: Final = ("phone", "mobile", "email")
ENTERED: Final = ("unit_code", "name", "business_number", "nhi_only", "labour_number", "responsible_id")


class BusinessNumber(Text):
    """A business number (統一編號): 8 digits with a right check digit, full-width digits read as plain ones."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        number = normalise(super()._deserialize(value, attr, data, **kwargs))
        if not is_business_number(number):
            raise ValidationError(N_("This is not a valid business number (8 digits)."))
        return number


class LabourNumber(Text):
    """A labour-insurance number: 8 digits and a letter."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        number = normalise(super()._deserialize(value, attr, data, **kwargs))
        if not is_labour_number(number):
            raise ValidationError(N_("A labour-insurance number is 8 digits and a letter, for example 01234567A."))
        return number


class ReachedIn(In):
    """How a unit or somebody of it is reached: one of telephone and mobile at least."""

    phone = Phone()
    mobile = Mobile()
    email = Email(required=True)

    @validates_schema
    def _one_of_two(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not data.get("phone") and not data.get("mobile"):
            raise ValidationError({"phone": [ONE_OF_TWO]})


class UnitRegistrationIn(ReachedIn):
    """A unit's registration: by card (with `password` where it is a health card), or by a one-time code."""

    unit_code = Text(required=True, longest=9, pattern=UNIT_CODE)
    name = Plain(required=True, longest=120)
    business_number = BusinessNumber(required=True)
    nhi_only = Flag(load_default=False)
    labour_number = LabourNumber(allow_none=True)
    responsible_id = NationalId(required=True, longest=20)
    responsible_is_manager = Flag(load_default=False)
    card_proof = fields.Nested(CardProofIn)
    password = Text(longest=LONGEST_PASSWORD)
    birth_date = IsoDate()
    otp = TypedCode(longest=24)
    page_tag = Text(longest=2)

    @validates_schema
    def _sound(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data.get("nhi_only") and data.get("labour_number"):
            raise ValidationError({"labour_number": [NO_LABOUR]})
        if not data.get("nhi_only") and not data.get("labour_number"):
            raise ValidationError({"labour_number": [LABOUR]})
        if ("card_proof" in data) == ("otp" in data):
            raise ValidationError({"otp": [ONE_PROOF]})
        if "otp" in data and "birth_date" not in data:
            raise ValidationError({"birth_date": [N_("Please enter the birth date.")]})

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        contact = Contact(**{name: data.get(name) for name in REACHED})  # type: ignore[arg-type]
        entry = Entry(contact=contact, **{name: data.get(name) for name in ENTERED})  # type: ignore[arg-type]
        return {
            "entry": entry,
            "evidence": _evidence(data),
            "responsible_is_manager": data["responsible_is_manager"],
        }


def _evidence(data: dict[str, Any]) -> ByCard | ByCode:
    if "card_proof" in data:
        return ByCard(card_proof=data["card_proof"], password=data.get("password"))
    return ByCode(birth_date=data["birth_date"], otp=data["otp"], page_tag=data.get("page_tag"))


class UnitRegisteredOut(Schema):
    """The result of a registration."""

    unit_code = fields.String(required=True)
    name = fields.String(required=True)
    status = fields.String(required=True)
    registered_at = Moment(required=True)


class UnitChangesIn(In):
    """What is to change of a unit's data; `null` removes a number."""

    name = Plain(longest=120)
    nhi_only = Flag()
    labour_number = LabourNumber(allow_none=True)
    phone = Phone(allow_none=True)
    mobile = Mobile(allow_none=True)
    email = Email()

    @validates_schema
    def _one_insurance(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data.get("nhi_only") and data.get("labour_number"):
            raise ValidationError({"labour_number": [NO_LABOUR]})

    @post_load
    def _changes(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        if not data:
            raise ValidationError(N_("Please say what is to change."), "email")
        return {"changes": data}


class UnitDataOut(Schema):
    """A unit's registration."""

    unit_code = fields.String(required=True)
    name = fields.String(required=True)
    business_number = fields.String(required=True)
    nhi_only = fields.Boolean(required=True)
    labour_number = fields.String(required=True, allow_none=True)
    responsible_id = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)
    mobile = fields.String(required=True, allow_none=True)
    email = fields.String(required=True)
    registered_at = Moment(required=True)
    changed_at = Moment(required=True, allow_none=True)


class MyUnitOut(Schema):
    """A unit in which whoever asks is something: `parts` of owner, manager, clerk, account."""

    unit_code = fields.String(required=True)
    name = fields.String(required=True)
    parts = fields.List(fields.String(), required=True)


class ManagerIn(ReachedIn):
    """Somebody who is to manage the unit; with `credential` certificate their card is read (purpose `manager`)."""

    national_id = NationalId(required=True, longest=20)
    name = Plain(required=True, longest=60)
    credential = fields.String(required=True, validate=validate.OneOf((HEALTH_CARD, CERTIFICATE), error=NO_CHOICE))
    everything = Flag(load_default=False)
    card_proof = fields.Nested(CardProofIn)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        contact = Contact(**{name: data.get(name) for name in REACHED})  # type: ignore[arg-type]
        facts = {name: data[name] for name in ("national_id", "name", "credential", "everything")}
        return {"new": NewMember(contact=contact, **facts), "card_proof": data.get("card_proof")}


class MemberContactOut(Schema):
    """How somebody is reached."""

    phone = fields.String(required=True, allow_none=True)
    mobile = fields.String(required=True, allow_none=True)
    email = fields.String(required=True)


class MemberOut(Schema):
    """A manager or clerk of a unit; the ID is masked."""

    id = fields.String(required=True)
    part = fields.String(required=True)
    name = fields.String(required=True)
    national_id = fields.String(required=True)
    contact = fields.Nested(MemberContactOut, required=True)
    credential = fields.String(required=True)
    certificate_serial = fields.String(required=True, allow_none=True)
    everything = fields.Boolean(required=True)
    added_at = Moment(required=True)
