"""Fills a token: `python -m tests.cardcomponent.make_token MODULE LABEL PIN` with certificate and key as JSON."""

import json
import sys
from base64 import b64decode
from typing import Any

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key
from pkcs11.constants import Attribute, ObjectClass
from pkcs11.util.ec import decode_ec_private_key
from pkcs11.util.rsa import decode_rsa_private_key
from pkcs11.util.x509 import decode_x509_certificate

IDENTIFIER = b"\x01"


def private_key(der: bytes, certificate: x509.Certificate) -> dict[Attribute, Any]:
    """Return the attributes of a private key given in PKCS #8."""
    key = load_der_private_key(der, password=None)
    plain = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    elliptic = isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    found: dict[Attribute, Any] = decode_ec_private_key(plain) if elliptic else decode_rsa_private_key(plain)
    return {name: value for name, value in found.items() if name != Attribute.EC_POINT}


def main(module: str, label: str, pin: str) -> None:
    given = json.load(sys.stdin)
    der = b64decode(given["certificate"])
    with pkcs11.lib(module).get_token(token_label=label).open(rw=True, user_pin=pin) as session:
        session.create_object(
            {**decode_x509_certificate(der), Attribute.ID: IDENTIFIER, Attribute.PRIVATE: False, Attribute.TOKEN: True}
        )
        session.create_object(
            {
                **private_key(b64decode(given["key"]), x509.load_der_x509_certificate(der)),
                Attribute.CLASS: ObjectClass.PRIVATE_KEY,
                Attribute.ID: IDENTIFIER,
                Attribute.TOKEN: True,
                Attribute.PRIVATE: True,
                Attribute.SENSITIVE: True,
                Attribute.SIGN: True,
                **({Attribute.ALWAYS_AUTHENTICATE: True} if given["asks_each_time"] else {}),
            }
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
