"""Bodies of the calls about credentials of WebAuthn: its own JSON, of which we take what we verify."""

from typing import Any

from marshmallow import Schema, fields, validate

from authsvc.core.schema import In, Moment, Text
from authsvc.identity.schemas import BASE64URL, NO_CHOICE

LONGEST_ID = 1400  # a credential's id has up to 1023 bytes
LONGEST_PART = 8192


def binary(*, longest: int = LONGEST_PART, **kwargs: Any) -> Text:
    """Return a field of base64url text without padding."""
    return Text(longest=longest, pattern=BASE64URL, **kwargs)


def credential_type() -> fields.String:
    """Return the field that says that this is a WebAuthn credential."""
    return fields.String(required=True, validate=validate.OneOf(("public-key",), error=NO_CHOICE))


class AttestationResponseIn(In):
    """What `navigator.credentials.create` answered."""

    client_data = binary(required=True, data_key="clientDataJSON", attribute="clientDataJSON")
    attestation_object = binary(required=True, data_key="attestationObject", attribute="attestationObject")
    transports = fields.List(Text(longest=32), validate=validate.Length(max=8))


class CredentialIn(In):
    """A new credential (WebAuthn's RegistrationResponseJSON)."""

    id = binary(longest=LONGEST_ID, required=True)
    raw_id = binary(longest=LONGEST_ID, required=True, data_key="rawId", attribute="rawId")
    type = credential_type()
    response = fields.Nested(AttestationResponseIn, required=True)


class AuthenticatorIn(In):
    """The phone's new authenticator."""

    credential = fields.Nested(CredentialIn, required=True)


class AssertionResponseIn(In):
    """What `navigator.credentials.get` answered."""

    client_data = binary(required=True, data_key="clientDataJSON", attribute="clientDataJSON")
    authenticator_data = binary(required=True, data_key="authenticatorData", attribute="authenticatorData")
    signature = binary(required=True)
    user_handle = binary(longest=128, data_key="userHandle", attribute="userHandle", allow_none=True)


class AssertionIn(In):
    """An assertion (WebAuthn's AuthenticationResponseJSON); beside a JWS its challenge is the SHA-256 of that."""

    id = binary(longest=LONGEST_ID, required=True)
    raw_id = binary(longest=LONGEST_ID, required=True, data_key="rawId", attribute="rawId")
    type = credential_type()
    response = fields.Nested(AssertionResponseIn, required=True)


class AuthenticatorOfferOut(Schema):
    """What the phone hands to `navigator.credentials.create` (PublicKeyCredentialCreationOptionsJSON)."""

    public_key = fields.Dict(required=True, data_key="publicKey")


class AuthenticatorOut(Schema):
    """The phone's authenticator as it is kept."""

    created_at = Moment(required=True)
    backup_eligible = fields.Boolean(required=True)
    backed_up = fields.Boolean(required=True)
