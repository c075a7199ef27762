"""Bodies of the calls about one-time codes."""

from typing import Any

from marshmallow import Schema, fields, pre_dump

from authsvc.core.schema import IsoDate, Moment, Text
from authsvc.identity.fields import TypedCode
from authsvc.identity.schemas import NationalId, UnitChoice
from otp.service import Standing


class OtpLoginIn(UnitChoice):
    """National ID, birth date and a code from the app."""

    national_id = NationalId(required=True, longest=20)
    birth_date = IsoDate(required=True)
    otp = TypedCode(required=True, longest=24)
    page_tag = Text(
        longest=2, metadata={"description": "The two characters that this browser's page shows, where it shows some."}
    )


class PageTagOut(Schema):
    """Whether codes are tied to pages here (`mode`: off, offered, required), and this browser's two characters."""

    mode = fields.String(required=True)
    page_tag = fields.String(required=True, allow_none=True)
    expires_at = Moment(required=True, allow_none=True)


class StandingOut(Schema):
    """How the codes of the phone that asks stand; nothing here helps to make one."""

    digits = fields.Integer(required=True)
    period = fields.Integer(required=True)
    valid_for = fields.Integer(required=True)
    algorithm = fields.String(required=True)
    page_tag = fields.String(required=True, metadata={"description": "off, offered or required"})
    last_used_step = fields.Integer(required=True, allow_none=True)
    last_used_at = Moment(required=True, allow_none=True)
    steps_ahead = fields.Integer(required=True)
    typed_codes = fields.String(required=True, metadata={"description": "open, paused or closed"})
    open_at = Moment(required=True, allow_none=True)
    server_time = Moment(required=True)

    @pre_dump
    def _flat(self, standing: Standing, **_kwargs: Any) -> dict[str, Any]:
        return {**standing.rules, **vars(standing)}
