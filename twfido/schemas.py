"""Bodies of the calls about logins by TW FidO."""

from marshmallow import Schema, fields, validate

from authsvc.core.i18n import N_
from authsvc.core.schema import In, IsoDate, Moment, Text
from authsvc.identity.forms import INSIDE
from authsvc.identity.schemas import BASE64URL, NationalId, Told, UnitChoice
from twfido.wire import MODES

STATUSES = ("waiting", "approved", "denied", "expired", "failed", "used")


class TwfidoIn(UnitChoice):
    """Who wants to log in, and where their TW FidO is: on another device (`scan`) or on this very one (`tap`)."""

    national_id = NationalId(required=True, longest=20)
    birth_date = IsoDate(required=True)
    mode = fields.String(
        load_default="scan", validate=validate.OneOf(list(MODES), error=N_("This is not one of the choices."))
    )


class WayBackIn(In):
    """Where the person goes once they are in: a path inside this site, to which the app's link leads back."""

    next = Text(load_default="/me", pattern=INSIDE.pattern)


class TwfidoLoginOut(Schema):
    """A login as its browser sees it; ask again after `poll_after` seconds while it waits."""

    id = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    text = Told(required=True)
    number = fields.String(allow_none=True)
    mode = fields.String(required=True, validate=validate.OneOf(list(MODES)))
    qr_text = fields.String(allow_none=True)
    app_link = fields.String(allow_none=True)
    expires_at = Moment(required=True)
    seconds_left = fields.Integer(required=True)
    poll_after = fields.Integer(required=True)


class CollectTwfidoIn(In):
    """Which login goes on."""

    login_id = Text(required=True, longest=64, pattern=BASE64URL)
