"""Bodies of the calls about QR logins."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from authsvc.core.i18n import N_
from authsvc.core.schema import Flag, In, IsoDate, Moment, PublicKeyIn, Text, WaitIn
from authsvc.identity.credentials import AssertionIn
from authsvc.identity.schemas import BASE64URL, NationalId, UnitChoice

LONGEST_JWS = 8192
STATUSES = ("waiting", "scanned", "approved", "denied", "expired", "used")


class BeginIn(UnitChoice):
    """Who wants to log in, and the key of the tab that asks."""

    national_id = NationalId(required=True, longest=20)
    birth_date = IsoDate(required=True)
    browser_key = PublicKeyIn()


class FrameOut(Schema):
    """The picture of this moment: its text, and where it is drawn for browsers without script."""

    text = fields.String(required=True)
    svg_url = fields.String()


class BegunOut(Schema):
    """An order just begun."""

    id = fields.String(required=True)
    expires_at = Moment(required=True)
    frame = fields.Nested(FrameOut, required=True)
    match_code = fields.String(required=True)
    typed_code = fields.String(required=True)
    events_url = fields.String(required=True)


class OrderOut(Schema):
    """An order as its browser sees it; `step` is finer than `status`, `reason` says why it was denied or is over."""

    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    step = fields.String(required=True)
    reason = fields.String(allow_none=True)
    frame = fields.Nested(FrameOut, required=True)
    expires_at = Moment(required=True)
    match_code = fields.String(required=True)
    typed_code = fields.String(required=True)
    receipt = fields.String(allow_none=True)
    return_here = fields.Boolean(required=True)


class PollIn(WaitIn):
    """How long the answer may be held back while the order is as the page last heard it (`seen`)."""

    seen = fields.String(validate=validate.OneOf(STATUSES))


class ScanIn(In):
    """The text of the scanned QR code, or the code that was typed in its place; `by_link`: its link was tapped here."""

    text = Text(longest=512)
    code = Text(longest=32)
    by_link = Flag()

    @validates_schema
    def one_of_both(self, body: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse both and neither."""
        if ("text" in body) == ("code" in body):
            raise ValidationError(N_("Please scan the QR code or type its code."), "text")


class ShownOut(Schema):
    """What the phone shows before the person decides."""

    id = fields.String(required=True)
    portal = fields.String(required=True)
    purpose = fields.String(required=True)
    requested_at = Moment(required=True)
    from_ = fields.String(required=True, data_key="from")
    browser = fields.String(required=True)
    match_codes = fields.List(fields.String(), required=True)
    frame = fields.Integer(required=True)
    expires_at = Moment(required=True)
    return_to = fields.String(allow_none=True)


class DecisionIn(In):
    """A decision signed by the device key."""

    jws = Text(required=True, longest=LONGEST_JWS)


class ApprovalIn(DecisionIn):
    """A yes; with an assertion of the phone's own authenticator over the SHA-256 of `jws`, `user` gets into `amr`."""

    assertion = fields.Nested(AssertionIn)


class CollectIn(In):
    """Which order, the tab's signature over its id where the tab gave a key, and what the phone brought back."""

    order_id = Text(required=True, longest=64, pattern=BASE64URL)
    browser_proof = Text(longest=LONGEST_JWS)
    return_value = Text(longest=64, pattern=BASE64URL)
