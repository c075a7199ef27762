"""Bodies of the calls about QR logins."""

from marshmallow import Schema, fields, validate

from authsvc.core.schema import In, IsoDate, Moment, PublicKeyIn, Text
from authsvc.identity.schemas import BASE64URL, NationalId, UnitChoice

LONGEST_JWS = 8192


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
    events_url = fields.String(required=True)


class OrderOut(Schema):
    """An order as its browser sees it."""

    status = fields.String(
        required=True, validate=validate.OneOf(("waiting", "scanned", "approved", "denied", "expired", "used"))
    )
    frame = fields.Nested(FrameOut, required=True)
    expires_at = Moment(required=True)
    match_code = fields.String(required=True)


class ScanIn(In):
    """The text of the scanned QR code."""

    text = Text(required=True, longest=512)


class ShownOut(Schema):
    """What the phone shows before the person decides."""

    id = fields.String(required=True)
    portal = fields.String(required=True)
    purpose = fields.String(required=True)
    requested_at = Moment(required=True)
    from_ = fields.String(required=True, data_key="from")
    browser = fields.String(required=True)
    match_codes = fields.List(fields.String(), required=True)
    expires_at = Moment(required=True)


class DecisionIn(In):
    """A decision signed by the device key."""

    jws = Text(required=True, longest=LONGEST_JWS)


class ApprovalIn(DecisionIn):
    """A yes; an assertion of the phone's own authenticator may come with it."""

    assertion = fields.Dict(metadata={"description": "Reserved: a WebAuthn assertion over the decision."})


class CollectIn(In):
    """Which order, and the tab's signature over its id where the tab gave a key."""

    order_id = Text(required=True, longest=64, pattern=BASE64URL)
    browser_proof = Text(longest=LONGEST_JWS)
