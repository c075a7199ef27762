"""The body of a login by certificate."""

from marshmallow import fields

from authsvc.identity.schemas import CardProofIn, UnitChoice


class CertificateLoginIn(UnitChoice):
    """A certificate that is present; its PIN never leaves the reader."""

    card_proof = fields.Nested(CardProofIn, required=True)
