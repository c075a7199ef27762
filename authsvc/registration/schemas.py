"""Bodies of the calls about applications, passwords and contact data."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load

from authsvc.core.i18n import N_
from authsvc.core.schema import In, Moment, Text
from authsvc.identity.fields import LONGEST_PASSWORD, Email, Mobile, Phone
from authsvc.identity.people import Contact
from authsvc.identity.schemas import BASE64URL, CardProofIn, EvidenceIn


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
    """A person's own contact data; what is `pending_…` waits for its confirmation."""

    name = fields.String(required=True)
    national_id = fields.String(required=True)
    email = fields.String(required=True)
    backup_email = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    mobile = fields.String(required=True)
    pending_email = fields.String(required=True, allow_none=True)
    pending_backup_email = fields.String(required=True, allow_none=True)


class EmailTokenIn(In):
    """The token of the link that went to a new address."""

    token = Text(required=True, longest=128, pattern=BASE64URL)
