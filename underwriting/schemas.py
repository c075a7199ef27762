"""Bodies of the calls about underwriting accounts."""

from marshmallow import Schema, fields

from authsvc.core.schema import In, Moment, Text
from authsvc.identity.fields import LONGEST_PASSWORD, Email
from authsvc.identity.schemas import BASE64URL, UNIT_CODE, NationalId, PersonOut

CARD_NUMBER = r"[0-9]{12}"
SOLUTION = r"[A-Za-z0-9+/]+={0,2}"
LONGEST_SOLUTION = 2048


class WhoIn(In):
    """A unit and one of its clerks."""

    unit_code = Text(required=True, longest=9, pattern=UNIT_CODE)
    national_id = NationalId(required=True)


class ForgottenIn(WhoIn):
    """Whose password was forgotten, and what the browser worked out (a base64 text as ALTCHA's)."""

    proof = Text(required=True, longest=LONGEST_SOLUTION, pattern=SOLUTION)


class ApplicantIn(ForgottenIn):
    """An application for an account."""

    card_number = Text(required=True, longest=12, pattern=CARD_NUMBER)
    password = Text(required=True, longest=LONGEST_PASSWORD)
    email = Email(required=True)


class AccountLoginIn(WhoIn):
    """Unit code, ID and password."""

    password = Text(required=True, longest=LONGEST_PASSWORD)


class ActivationIn(In):
    """The link's token."""

    token = Text(required=True, longest=128, pattern=BASE64URL)


class AccountResetIn(ActivationIn):
    """The link's token and a new password."""

    password = Text(required=True, longest=LONGEST_PASSWORD)


class AccountPasswordIn(In):
    """The present password and the new one."""

    current = Text(required=True, longest=LONGEST_PASSWORD)
    new = Text(required=True, longest=LONGEST_PASSWORD)


class AccountDeletionIn(In):
    """The present password."""

    password = Text(required=True, longest=LONGEST_PASSWORD)


class ChallengeParametersOut(Schema):
    """What to look for (ALTCHA 2): the counter whose PBKDF2 key, over nonce and counter, begins with the prefix."""

    algorithm = fields.String(required=True)
    cost = fields.Integer(required=True)
    keyLength = fields.Integer(required=True)  # noqa: N815 - ALTCHA's own names
    keyPrefix = fields.String(required=True)  # noqa: N815
    keySignature = fields.String(required=True)  # noqa: N815
    nonce = fields.String(required=True)
    salt = fields.String(required=True)
    data = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class WorkOut(Schema):
    """A challenge for the browser, good for ten minutes and once."""

    parameters = fields.Nested(ChallengeParametersOut, required=True)
    signature = fields.String(required=True)


class TakenOut(Schema):
    """Taken; whatever comes of it comes by mail."""

    status = fields.String(required=True)


class AccountOut(Schema):
    """The live session of an account; the person is masked."""

    unit_code = fields.String(required=True)
    unit_name = fields.String(required=True)
    person = fields.Nested(PersonOut, required=True)
    acr = fields.String(required=True)
    amr = fields.List(fields.String(), required=True)
    auth_time = Moment(required=True)
    expires_at = Moment(required=True)
