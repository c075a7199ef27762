"""Bodies of the calls about cards, sessions and people."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from authsvc.core.i18n import N_, translate
from authsvc.core.schema import Digits, Flag, In, Moment, Text
from authsvc.identity.cards import CardProof
from authsvc.identity.challenges import PURPOSES
from authsvc.identity.evidence import Evidence
from authsvc.identity.fields import LONGEST_PASSWORD, HouseholdNumber, Plain
from authsvc.identity.history import LONGEST_PAGE, PAGE
from authsvc.identity.numbers import is_national_id, normalise
from authsvc.identity.readerfaults import LONGEST_QUERY
from authsvc.identity.registryanswers import Household

UNIT_CODE = r"[0-9]{9}"
NO_CHOICE = N_("This is not one of the choices.")
BASE64URL = r"[A-Za-z0-9_\-]+"


class NationalId(Text):
    """A national ID or residence certificate number, normalised and with a right check digit."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        number = normalise(super()._deserialize(value, attr, data, **kwargs))
        if not is_national_id(number):
            raise ValidationError(N_("This is not a valid ID or residence certificate number."))
        return number


class CardProofIn(In):
    """A card's answer to a challenge."""

    challenge_id = Text(required=True, longest=64, pattern=BASE64URL)
    certificate = Text(required=True, longest=12_000)
    signature = Text(required=True, longest=1_000)

    @post_load
    def _make(self, data: dict[str, str], **_kwargs: Any) -> CardProof:
        return CardProof(**data)


class ChallengeIn(In):
    """What the card is to prove."""

    purpose = fields.String(required=True, validate=validate.OneOf(PURPOSES, error=NO_CHOICE))


class ChallengeOut(Schema):
    """A nonce for a card."""

    id = fields.String(required=True)
    nonce = fields.String(required=True)
    expires_at = Moment(required=True)


class UnitChoice(In):
    """The tick "I come to name managers" and the unit it is about; both or neither."""

    unit_code = Text(longest=9, pattern=UNIT_CODE)
    appoint_managers = Flag()

    @post_load
    def _both(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        if bool(data.get("appoint_managers")) != ("unit_code" in data):
            raise ValidationError({"unit_code": [N_("The unit code and the tick belong together.")]})
        return data


class CardLoginIn(UnitChoice):
    """Card and registration password."""

    card_proof = fields.Nested(CardProofIn, required=True)
    password = Text(required=True, longest=LONGEST_PASSWORD)


class PersonOut(Schema):
    """A person, masked."""

    name = fields.String(required=True)
    national_id = fields.String(required=True)


class UnitOut(Schema):
    """An insured unit: name and business number."""

    name = fields.String(required=True)
    business_number = fields.String(required=True)


class BindingOriginOut(Schema):
    """How the phone behind a session was bound."""

    via = fields.String(required=True)
    at = Moment(required=True)


class SessionOut(Schema):
    """A browser session as its owner sees it: a person's, or that of a unit by its certificate (`person` is null)."""

    id = fields.String(required=True)
    person = fields.Nested(PersonOut, required=True, allow_none=True)
    unit = fields.Nested(UnitOut)
    acr = fields.String(required=True)
    amr = fields.List(fields.String(), required=True)
    auth_time = Moment(required=True)
    expires_at = Moment(required=True)
    binding = fields.Nested(BindingOriginOut, allow_none=True)
    unit_code = fields.String(allow_none=True)
    appoint_managers = fields.Boolean()
    receipt = fields.String(allow_none=True)
    tab_bound = fields.Boolean(allow_none=True)
    bindings_frozen_at = Moment(allow_none=True)


class LiveSessionOut(Schema):
    """One of the person's live sessions."""

    id = fields.String(required=True)
    current = fields.Boolean(required=True)
    acr = fields.String(required=True)
    amr = fields.List(fields.String(), required=True)
    auth_time = Moment(required=True)
    last_seen_at = Moment(required=True)
    expires_at = Moment(required=True)
    from_ = fields.String(required=True, data_key="from")
    browser = fields.String(required=True)


class Told(fields.String):
    """A marked text, told in the reader's language."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        del attr, obj, kwargs
        return translate(value)


class ReaderFaultsIn(In):
    """What to look for: a number, a code, words of either language; everything without it."""

    q = Text(longest=LONGEST_QUERY, load_default="")


class ReaderFaultOut(Schema):
    """A fault of reader, card or certificate; `number` is the help desk's, `code` tells its faults apart."""

    number = fields.Integer(required=True)
    code = fields.String(required=True)
    told_by = fields.String(required=True, validate=validate.OneOf(("component", "page", "service")))
    cause = Told(required=True)
    remedy = Told(required=True)


class HistoryIn(In):
    """Which events: those older than the one with the id `before`, and how many."""

    before = Text(longest=18, pattern=r"[0-9]+")
    limit = Digits(load_default=PAGE, validate=validate.Range(1, LONGEST_PAGE))


class OwnEventOut(Schema):
    """One of the person's own security events."""

    id = fields.String(required=True)
    at = Moment(required=True)
    what = fields.String(required=True)
    text = Told(required=True)
    outcome = fields.String(required=True)
    here = fields.Boolean(required=True)
    receipt = fields.String(allow_none=True)


class HistoryOut(Schema):
    """The person's own security events, the newest first; `next` is the `before` of the next page."""

    events = fields.List(fields.Nested(OwnEventOut), required=True)
    next = fields.String(required=True, allow_none=True)


class HouseholdIn(In):
    """A household as it stands on the household certificate."""

    number = HouseholdNumber(required=True)
    county = Plain(required=True, longest=32)
    district = Plain(required=True, longest=32)
    village = Plain(required=True, longest=32)
    neighbourhood = Plain(required=True, longest=32)

    @post_load
    def _make(self, data: dict[str, str], **_kwargs: Any) -> Household:
        return Household(**data)


class ResidenceIn(In):
    """The chip ARC of a foreign resident."""

    card_proof = fields.Nested(CardProofIn, required=True)

    @post_load
    def _make(self, data: dict[str, CardProof], **_kwargs: Any) -> CardProof:
        return data["card_proof"]


class EvidenceIn(In):
    """The health card with a household or with a chip ARC; one of the two."""

    card_proof = fields.Nested(CardProofIn, required=True)
    household = fields.Nested(HouseholdIn)
    residence = fields.Nested(ResidenceIn)

    @validates_schema
    def _one_of_two(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if ("household" in data) == ("residence" in data):
            raise ValidationError(N_("Please give either the household or the chip ARC."), "household")

    @post_load
    def _lay_down(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        parts = {name: data.pop(name) for name in ("card_proof", "household", "residence") if name in data}
        return {"evidence": Evidence(**parts)} | self._rest(data)

    def _rest(self, data: dict[str, Any]) -> dict[str, Any]:
        return data


class NonceOut(Schema):
    """A nonce of ours, for proofs (`nonce`) and for key attestations (its ASCII bytes are the challenge)."""

    nonce = fields.String(required=True)
    expires_at = Moment(required=True)


class MadeCodeOut(Schema):
    """A device code, shown once."""

    id = fields.String(required=True)
    code = fields.String(required=True)
    qr_text = fields.String(required=True)
    qr_svg = fields.String(required=True)
    expires_at = Moment(required=True)
