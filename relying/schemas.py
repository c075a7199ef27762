"""Bodies of the calls about launches."""

from marshmallow import Schema, fields

from authsvc.core.schema import In, Moment, Text
from authsvc.identity.schemas import UNIT_CODE

TOKEN = r"[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+"  # noqa: S105 - a shape, no token


class LaunchIn(In):
    """The function to open, and the unit that is acted for."""

    function = Text(required=True, longest=32, pattern=r"[a-z][a-z0-9_]*")
    unit_code = Text(longest=9, pattern=UNIT_CODE)


class LaunchOut(Schema):
    """Where to go; the token goes along in the address's fragment (`#launch=…`), never in path or query."""

    address = fields.String(required=True)
    token = fields.String(required=True)
    expires_at = Moment(required=True)


class RedemptionIn(In):
    """The token that the browser brought."""

    token = Text(required=True, longest=4096, pattern=TOKEN)


class ToldUnitOut(Schema):
    """The unit that is acted for."""

    code = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)


class ToldPersonOut(Schema):
    """The person, masked."""

    name = fields.String(required=True)
    national_id = fields.String(required=True)


class RedeemedOut(Schema):
    """What a relying service is told; `sub` and `sid` are its own, another service has others."""

    sub = fields.String(required=True)
    sid = fields.String(required=True)
    function = fields.String(required=True)
    unit = fields.Nested(ToldUnitOut, required=True, allow_none=True)
    person = fields.Nested(ToldPersonOut, required=True, allow_none=True)
    acr = fields.String(required=True)
    amr = fields.List(fields.String(), required=True)
    auth_time = Moment(required=True)
    session_expires_at = Moment(required=True)


class KeyOut(Schema):
    """A public key (RFC 7517)."""

    kty = fields.String(required=True)
    crv = fields.String(required=True)
    x = fields.String(required=True)
    y = fields.String(required=True)
    use = fields.String(required=True)
    alg = fields.String(required=True)
    kid = fields.String(required=True)


class KeysOut(Schema):
    """The keys that sign launch tokens: the present one, and the one before it."""

    keys = fields.List(fields.Nested(KeyOut), required=True)
