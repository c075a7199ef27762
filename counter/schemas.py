"""Bodies of the calls of the counter."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from authsvc.core.i18n import LANGUAGES, N_
from authsvc.core.schema import In, IsoDate, Moment, Text
from authsvc.identity.fields import LONGEST_PASSWORD, Email, Mobile, Phone
from authsvc.identity.people import Contact
from authsvc.identity.schemas import NO_CHOICE, CardProofIn, EvidenceIn, NationalId
from counter.registering import Wanted

LONGEST_TYPED = 1000  # what is read; the rule of 4 to 200 is the service's, and has words of its own


def reason_field() -> Text:
    """Return the field of the reason that every act needs."""
    return Text(required=True, longest=LONGEST_TYPED)


class StaffLoginIn(In):
    """The certificate, which asked for its PIN before it signed."""

    card_proof = fields.Nested(CardProofIn, required=True)


class StaffOut(Schema):
    """Who stands at the counter."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    office = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    opened_at = Moment(required=True)
    expires_at = Moment(required=True)


class LookIn(In):
    """Whom to find: by the card in the reader, or by ID and birth date; and why."""

    card_proof = fields.Nested(CardProofIn)
    national_id = NationalId(longest=32)
    birth_date = IsoDate()
    reason = reason_field()

    @validates_schema
    def _one_way(self, data: dict[str, Any], **_kwargs: Any) -> None:
        shown = {name for name in ("card_proof", "national_id", "birth_date") if name in data}
        if shown not in ({"card_proof"}, {"national_id", "birth_date"}):
            raise ValidationError(N_("Please read the card, or type ID and birth date."), "national_id")


class PersonLookIn(In):
    """Whom an operator looks up, and why."""

    national_id = NationalId(required=True, longest=32)
    reason = reason_field()


class UnitLookIn(In):
    """Which unit an operator looks up, by unit code (9 digits) or business number (8), and why."""

    number = Text(required=True, longest=9, pattern=r"[0-9]{8,9}")
    reason = reason_field()


class FoundOut(Schema):
    """Whose record is open now."""

    id = fields.String(required=True)


class RegistrationIn(EvidenceIn):
    """A registration at the counter; the person typed the password."""

    password = Text(required=True, longest=LONGEST_PASSWORD)
    email = Email(required=True)
    backup_email = Email()
    phone = Phone()
    mobile = Mobile(required=True)
    terms_version = Text(required=True, longest=32)
    language = fields.String(load_default=LANGUAGES[0], validate=validate.OneOf(LANGUAGES, error=NO_CHOICE))
    reason = reason_field()

    def _rest(self, data: dict[str, Any]) -> dict[str, Any]:
        reached = {name: data.pop(name, None) for name in ("email", "backup_email", "phone", "mobile")}
        chosen = {name: data.pop(name) for name in ("password", "terms_version", "language")}
        return data | {"wanted": Wanted(contact=Contact(**reached), **chosen)}


class ReasonIn(In):
    """Why."""

    reason = reason_field()


class NewCardIn(EvidenceIn):
    """A person's new card with their household or chip ARC, and why."""

    reason = reason_field()


class CodeIn(In):
    """The person's card in the counter's reader, and why."""

    card_proof = fields.Nested(CardProofIn, required=True)
    reason = reason_field()


class RemovalIn(In):
    """Whether the phone is unbound or was lost, and why."""

    why = fields.String(required=True, validate=validate.OneOf(("unbound", "lost"), error=NO_CHOICE))
    reason = reason_field()


class CounterCodeOut(Schema):
    """How a device code stands."""

    status = fields.String(required=True, validate=validate.OneOf(("waiting", "used", "expired", "void")))


class BoundPhoneOut(Schema):
    """A bound phone as staff see it."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    bound_at = Moment(required=True)
    via = fields.String(required=True)


class ShownActOut(Schema):
    """An act at the counter."""

    act = fields.String(required=True)
    at = Moment(required=True)
    staff = fields.String(required=True)
    office = fields.String(required=True)
    reason = fields.String(required=True)


class RecordOut(Schema):
    """As much of a person as the counter needs; `sessions` is how many are live."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    national_id = fields.String(required=True)
    status = fields.String(required=True)
    registered_at = Moment(required=True)
    registered_via = fields.String(required=True)
    phones = fields.List(fields.Nested(BoundPhoneOut), required=True)
    sessions = fields.Integer(required=True)
    acts = fields.List(fields.Nested(ShownActOut), required=True)
