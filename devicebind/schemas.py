"""Bodies of the calls about device codes, phones and tokens."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, pre_dump, validate, validates_schema

from authsvc.core.crockford import normalise
from authsvc.core.i18n import N_, translate
from authsvc.core.jose import PublicKey
from authsvc.core.schema import In, Moment, PublicKeyIn, Text
from authsvc.identity.attestation import LONGEST_CERTIFICATE, MOST_CERTIFICATES
from authsvc.identity.devices import DeviceFacts
from authsvc.identity.models import HARDWARE, SOFTWARE
from authsvc.identity.schemas import BASE64URL, NationalId, PersonOut
from devicebind.binding import Binding, NewPhone
from devicebind.keychange import NewKeys


class TypedCode(Text):
    """A device code in whatever way it was typed."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        code = normalise(super()._deserialize(value, attr, data, **kwargs))
        if code is None:
            raise ValidationError(N_("A device code has 8 letters and digits."))
        return code


class DeviceIn(In):
    """What a phone says of itself."""

    name = Text(required=True, longest=64)
    platform = Text(required=True, longest=32)
    model = Text(required=True, longest=64)
    app_version = Text(required=True, longest=32)

    @post_load
    def _make(self, data: dict[str, str], **_kwargs: Any) -> DeviceFacts:
        return DeviceFacts(**data)


class AttestationIn(fields.List[str]):
    """An Android key attestation of the phone's key: its certificates as base64url DER, the key's own first."""

    def __init__(self) -> None:
        each = Text(longest=LONGEST_CERTIFICATE, pattern=BASE64URL)
        few = N_("A key attestation has 2 to 8 certificates.")
        super().__init__(each, validate=validate.Length(min=2, max=MOST_CERTIFICATES, error=few))


def new_phone(key: PublicKey, body: dict[str, Any]) -> NewPhone:
    """Take the phone out of a body that was read, with the key that made the proof."""
    facts, otp_key = body.pop("device"), body.pop("otp_public_key")
    return NewPhone(key=key, facts=facts, otp_key=otp_key, attestation=body.pop("attestation", ()))


class BindIn(In):
    """Either the typed code with the national ID, or the scanned text; and the phone."""

    code = TypedCode(longest=32)
    national_id = NationalId(longest=32)
    qr_text = Text(longest=255)
    device = fields.Nested(DeviceIn, required=True)
    otp_public_key = PublicKeyIn(required=True)
    attestation = AttestationIn()

    @validates_schema
    def _one_way(self, data: dict[str, Any], **_kwargs: Any) -> None:
        shown = {name for name in ("code", "national_id", "qr_text") if name in data}
        if shown not in ({"code", "national_id"}, {"qr_text"}):
            raise ValidationError({"code": [N_("Send the code with the national ID, or the scanned text alone.")]})


class NameIn(In):
    """A phone's new name."""

    name = Text(required=True, longest=64)


class SignedIn(In):
    """What a phone signed."""

    jws = Text(required=True, longest=4096)


class KeysIn(SignedIn):
    """The new key's signature, the new key for one-time codes, and where the new key is kept."""

    otp_public_key = PublicKeyIn(required=True)
    attestation = AttestationIn()


class VoucherIn(In):
    """The text of a revocation voucher."""

    voucher = Text(required=True, longest=255)


class RefreshIn(In):
    """The refresh token to exchange."""

    refresh_token = Text(required=True)


class MoveOut(Schema):
    """A code by which one phone takes another's place, shown once."""

    id = fields.String(required=True)
    qr_text = fields.String(required=True)
    qr_svg = fields.String(required=True)
    expires_at = Moment(required=True)


class VoucherOut(Schema):
    """A revocation voucher for printing."""

    device_id = fields.String(required=True)
    label = fields.String(required=True)
    url = fields.String(required=True)
    qr_svg = fields.String(required=True)


class CodeStatusOut(Schema):
    """How a device code stands."""

    status = fields.String(required=True, validate=validate.OneOf(("waiting", "used", "expired", "void")))
    device_id = fields.String(allow_none=True, metadata={"description": "the phone that used it"})


class DeviceOut(Schema):
    """A bound phone as its owner sees it."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    platform = fields.String(required=True)
    model = fields.String(required=True)
    app_version = fields.String(required=True)
    bound_at = Moment(required=True)
    via = fields.String(required=True)
    held = fields.String(required=True, validate=validate.OneOf((HARDWARE, SOFTWARE)))
    last_used_at = Moment(required=True)


class ListedDeviceOut(DeviceOut):
    """The same in the owner's list: how sure its binding is and where its key is, in words; where it was used last."""

    key_kept = fields.Function(lambda phone: translate(phone.key_kept), metadata={"type": "string"})
    assurance = fields.Function(lambda phone: translate(phone.assurance), metadata={"type": "string"})
    last_used_from = fields.String(allow_none=True)


class OwnDeviceOut(DeviceOut):
    """The phone that asks, and our time, by which it corrects its clock."""

    server_time = Moment(required=True)


class TokensOut(Schema):
    """What a phone holds; `expires_in` is in seconds and about the access token."""

    access_token = fields.String(required=True)
    token_type = fields.String(required=True)
    expires_in = fields.Integer(required=True)
    refresh_token = fields.String(required=True)


class OtpOut(Schema):
    """What a phone needs to make one-time codes (RFC 6238)."""

    public_key = fields.Dict(required=True)
    digits = fields.Integer(required=True)
    period = fields.Integer(required=True)
    valid_for = fields.Integer(required=True)
    algorithm = fields.String(required=True)
    page_tag = fields.String(required=True)
    server_time = Moment(required=True)


class NewKeysOut(TokensOut):
    """What follows a change of keys."""

    otp = fields.Nested(OtpOut)

    @pre_dump
    def _flat(self, changed: NewKeys, **_kwargs: Any) -> dict[str, Any]:
        told = vars(changed.tokens)
        return told if changed.otp is None else told | {"otp": changed.otp}


class BindingOut(TokensOut):
    """A phone just bound: who, what it is called, its tokens, and how it makes codes."""

    device = fields.Nested(DeviceOut, required=True)
    person = fields.Nested(PersonOut, required=True)
    otp = fields.Nested(OtpOut)

    @pre_dump
    def _flat(self, bound: Binding, **_kwargs: Any) -> dict[str, Any]:
        told = {"device": bound.device, "person": bound.person, **vars(bound.tokens)}
        return told if bound.otp is None else told | {"otp": bound.otp}


class AlreadyRefreshedOut(TokensOut):
    """The refusal that repeats the tokens of a reply that was lost (RFC 9457)."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
