"""The folder where the card simulator keeps keys, certificates and states, so that a restart changes nothing."""

import json
import os
from pathlib import Path
from typing import Any, Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

CardKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Vault:
    """Reads and writes one folder; the caller keeps two threads from writing the same thing at once."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._keys: dict[str, CardKey] = {}
        self._certificates: dict[str, x509.Certificate] = {}

    def key(self, name: str, algorithm: Literal["ec", "rsa"] = "ec") -> CardKey:
        """Return the key of that name, made at the first call (EC P-256 or RSA 2048)."""
        if name not in self._keys:
            self._keys[name] = self._load_key(name) or self._make_key(name, algorithm)
        return self._keys[name]

    def ec_key(self, name: str) -> ec.EllipticCurvePrivateKey:
        """Return the EC P-256 key of that name, made at the first call; raise `TypeError` for another key."""
        key = self.key(name)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(name)
        return key

    def find_certificate(self, name: str) -> x509.Certificate | None:
        """Return the certificate of that name, or None where it was never kept."""
        path = self._folder / f"{name}.cert.pem"
        if name not in self._certificates and path.exists():
            self._certificates[name] = x509.load_pem_x509_certificate(path.read_bytes())
        return self._certificates.get(name)

    def keep_certificate(self, name: str, certificate: x509.Certificate) -> None:
        """Keep a certificate under a name, in place of an older one."""
        write_file(self._folder / f"{name}.cert.pem", certificate.public_bytes(Encoding.PEM))
        self._certificates[name] = certificate

    def states(self) -> dict[str, Any]:
        """Return the card states kept last, by card id."""
        path = self._folder / "states.json"
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return kept

    def keep_states(self, states: dict[str, Any]) -> None:
        """Keep the card states, in place of the older ones."""
        write_file(self._folder / "states.json", json.dumps(states, indent=1).encode())

    def _load_key(self, name: str) -> CardKey | None:
        path = self._folder / f"{name}.key.pem"
        if not path.exists():
            return None
        key = load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise TypeError(name)
        return key

    def _make_key(self, name: str, algorithm: Literal["ec", "rsa"]) -> CardKey:
        key: CardKey
        if algorithm == "rsa":
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        else:
            key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_file(self._folder / f"{name}.key.pem", pem)
        return key


def write_file(path: Path, content: bytes) -> None:
    """Write a file readable by its owner alone, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.touch(mode=0o600)
    part.write_bytes(content)
    part.replace(path)
