"""Bodies of the calls about a unit's roles, clerks and grants."""

import re
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from authsvc.core.i18n import N_
from authsvc.core.schema import In, IsoDate, Moment, Text
from authsvc.identity.fields import Checked, Email, Mobile, Phone
from authsvc.identity.schemas import BASE64URL, NO_CHOICE, NationalId, Told
from units.clerks import Listed
from units.models import CERTIFICATE, HEALTH_CARD

LONGEST_NAME: Final = 40
NO_FUNCTION: Final = N_("Please choose at least one function, all of them from the list.")
ID_LENGTH: Final = 32
# A role's name stands in mails to its clerks: nothing that a reader of mails would make a link of.
ROLE_NAME: Final = re.compile(r"[\w ()（）、・&+\-]+")


class RoleName(Checked):
    """A role's name: letters of any script, digits, blanks, brackets and dashes."""

    words = N_("Please use letters, digits, blanks, brackets and dashes only.")

    def holds(self, text: str) -> bool:
        """Tell whether the text passes the rule."""
        return ROLE_NAME.fullmatch(text) is not None and not text.isspace()


class RoleIn(In):
    """A role: its name, and the ids of the functions that it opens."""

    name = RoleName(required=True, longest=LONGEST_NAME)
    functions = fields.List(Text(longest=ID_LENGTH), required=True, validate=validate.Length(1, 100, error=NO_FUNCTION))


class RoleOut(Schema):
    """A role; `clerks` is how many have it."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    functions = fields.List(fields.String(), required=True)
    made_at = Moment(required=True)
    clerks = fields.Integer(required=True)


class GrantableOut(Schema):
    """A function that a role can hold."""

    id = fields.String(required=True)
    title = Told(required=True)


class RolesOut(Schema):
    """A unit's roles, and the functions that roles can be made of."""

    roles = fields.List(fields.Nested(RoleOut), required=True)
    grantable = fields.List(fields.Nested(GrantableOut), required=True)


class ClerkIn(In):
    """A clerk: telephone or mobile, and what they come in with."""

    national_id = NationalId(required=True, longest=32)
    name = Text(required=True, longest=LONGEST_NAME)
    phone = Phone()
    mobile = Mobile()
    email = Email(required=True)
    credential = fields.String(required=True, validate=validate.OneOf((HEALTH_CARD, CERTIFICATE), error=NO_CHOICE))

    @validates_schema
    def _reached(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not {"phone", "mobile"} & set(data):
            raise ValidationError(N_("Please give a telephone or a mobile number."), "mobile")

    @post_load
    def _make(self, data: dict[str, str], **_kwargs: Any) -> dict[str, Listed]:
        return {"listed": Listed(**data)}


class HeldOut(Schema):
    """A role that a clerk has, its last day (null for no end), and who gave it when."""

    id = fields.String(required=True)
    role_id = fields.String(required=True)
    role = fields.String(required=True)
    until = fields.Date(required=True, allow_none=True)
    over = fields.Boolean(required=True)
    granted_at = Moment(required=True)
    granted_by = fields.String(required=True)


class ClerkOut(Schema):
    """A clerk as the unit's managers see them."""

    id = fields.String(required=True)
    national_id = fields.String(required=True)
    name = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)
    mobile = fields.String(required=True, allow_none=True)
    email = fields.String(required=True)
    credential = fields.String(required=True)
    added_at = Moment(required=True)
    grants = fields.List(fields.Nested(HeldOut), required=True)


class MadeOut(Schema):
    """What was made."""

    id = fields.String(required=True)


class GrantIn(In):
    """Which role for which clerk, and the last day on which it counts (in Taiwan); no end without it."""

    clerk_id = Text(required=True, longest=ID_LENGTH, pattern=BASE64URL)
    role_id = Text(required=True, longest=ID_LENGTH, pattern=BASE64URL)
    until = IsoDate()


class GrantOut(HeldOut):
    """A grant, and whose it is."""

    clerk_id = fields.String(required=True)
    clerk = fields.String(required=True)


class ActsIn(In):
    """Which deeds: those that follow the one with the id `before`."""

    before = Text(longest=ID_LENGTH, pattern=BASE64URL)


class DoneOut(Schema):
    """A deed: what, by whom, about whom or what."""

    id = fields.String(required=True)
    at = Moment(required=True)
    act = fields.String(required=True)
    text = Told(required=True)
    by = fields.String(required=True)
    about = fields.String(required=True)


class ActsOut(Schema):
    """Deeds of a unit, the newest first; `next` is the `before` of the next page."""

    acts = fields.List(fields.Nested(DoneOut), required=True)
    next = fields.String(required=True, allow_none=True)
