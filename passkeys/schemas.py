"""Bodies of the calls about passkeys: WebAuthn's own JSON, of which we take what we verify."""

from typing import Any

from marshmallow import Schema, ValidationError, fields

from authsvc.core.i18n import N_
from authsvc.core.schema import In, Moment, Text
from authsvc.identity.credentials import AssertionIn, CredentialIn
from authsvc.identity.schemas import BASE64URL, UnitChoice

LONGEST_NAME = 64
LONGEST_CHALLENGE_ID = 64


class PasskeyName(Text):
    """A name that can be seen, in the order in which it is written: no blank, no mark that turns the text around."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        # Chinese keyboards have a wide space of their own.
        name = super()._deserialize(value, attr, data, **kwargs).replace("\u3000", " ").strip()
        if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
            raise ValidationError(N_("Please enter a name of 1 to 64 visible characters."))
        return name


class PasskeyNameIn(In):
    """A passkey's new name."""

    name = PasskeyName(required=True, longest=LONGEST_NAME)


class PasskeyIn(In):
    """A new passkey, over the challenge of an offer; without a name it is called after the browser."""

    offer_id = Text(required=True, longest=LONGEST_CHALLENGE_ID, pattern=BASE64URL)
    name = PasskeyName(longest=LONGEST_NAME)
    credential = fields.Nested(CredentialIn, required=True)


class PasskeyLoginIn(UnitChoice):
    """A passkey's answer to a challenge."""

    challenge_id = Text(required=True, longest=LONGEST_CHALLENGE_ID, pattern=BASE64URL)
    credential = fields.Nested(AssertionIn, required=True)


class PasskeyOfferOut(Schema):
    """What the browser hands to `navigator.credentials` (WebAuthn's own JSON of the options), good once."""

    id = fields.String(required=True)
    public_key = fields.Dict(required=True, data_key="publicKey")
    expires_at = Moment(required=True)


class PasskeyOut(Schema):
    """A passkey as its owner sees it."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    created_at = Moment(required=True)
    used_at = Moment(allow_none=True)
    backup_eligible = fields.Boolean(required=True)
    backed_up = fields.Boolean(required=True)
