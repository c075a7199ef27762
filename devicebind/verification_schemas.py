"""Bodies of the calls about verification by the operator."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema

from authsvc.core.i18n import N_
from authsvc.core.schema import In, Moment, PublicKeyIn, Text
from authsvc.identity.fields import LONGEST_PASSWORD, Email, Mobile
from authsvc.identity.schemas import NationalId
from devicebind.attempts import Claim
from devicebind.enrolment import Account
from devicebind.schemas import AttestationIn, DeviceIn
from devicebind.verifications import Returned

LONGEST_CODE = 2048


class LastFour(Text):
    """The last four digits of a card number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        digits: str = super()._deserialize(value, attr, data, **kwargs)
        if len(digits) != 4 or not (digits.isascii() and digits.isdigit()):  # noqa: PLR2004 - as it is called
            raise ValidationError(N_("Please enter the last 4 digits of your card number."))
        return digits


class VerificationIn(In):
    """Number, ID, card digits; the phone; and which text was read and agreed to."""

    mobile = Mobile(required=True)
    national_id = NationalId(required=True, longest=32)
    card_last4 = LastFour(required=True, longest=16)
    device = fields.Nested(DeviceIn, required=True)
    otp_public_key = PublicKeyIn(required=True)
    consent_version = Text(required=True, longest=32)
    attestation = AttestationIn()

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        what = Claim(**{name: data.pop(name) for name in ("mobile", "national_id", "card_last4")})
        return data | {"what": what}


class VerificationOut(Schema):
    """A verification that waits for its answer; the phone opens the address over its own mobile data."""

    id = fields.String(required=True)
    authorization_url = fields.String(required=True)
    expires_at = Moment(required=True)


class CompletionIn(In):
    """What the operator sent the phone back with, and what the person chooses; with an error, the error alone.

    A code without a password is judged at once; after a yes the answer is 422 and names what is still to be chosen.
    """

    state = Text(required=True, longest=512)
    code = Text(longest=LONGEST_CODE)
    error = Text(longest=64)
    iss = Text(longest=255)
    password = Text(longest=LONGEST_PASSWORD)
    email = Email()
    terms_version = Text(longest=32)

    @validates_schema
    def _one_of_two(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if ("code" in data) == ("error" in data):
            raise ValidationError(N_("Please send either the code or the error."), "code")

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        returned = Returned(**{name: data[name] for name in ("state", "code", "error", "iss") if name in data})
        chosen = {name: data[name] for name in ("password", "email", "terms_version") if name in data}
        return {"returned": returned, "account": Account(**chosen) if returned.code is not None else None}
