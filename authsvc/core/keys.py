"""Root keys and what is derived from them: sealed fields, blind indexes, keyed digests.

Design: one root, many purposes by HKDF-SHA-256; AES-256-GCM with the row and column as associated data, so that a
ciphertext moved elsewhere does not open; look-ups through HMAC-SHA-256, never a plain hash (a national ID has so
few values that a plain hash is reversed in minutes).
"""

import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

BLOB_VERSION = b"\x01"
NONCE_BYTES = 12
INDEX_BYTES = 16


class CannotOpen(RuntimeError):
    """A sealed field does not open: wrong row, wrong column, changed, or its root key is gone."""


def new_token(size: int = 32) -> str:
    """Return `size` random bytes as base64url without padding."""
    return secrets.token_urlsafe(size)


def new_id() -> str:
    """Return an opaque id: 128 random bits, 22 characters."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class Keys:
    """The root keys by number; the highest writes, all of them read. `epoch` parts what a restore must not revive."""

    roots: Mapping[int, bytes]
    epoch: int = 0

    @cached_property
    def _derived(self) -> dict[tuple[int, str], bytes]:
        return {}

    def _key(self, root: int, purpose: str) -> bytes:
        known = self._derived.get((root, purpose))
        if known is None:
            info = f"authsvc/v1/{root}/{purpose}".encode()
            known = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self.roots[root])
            self._derived[root, purpose] = known
        return known

    def seal(self, plain: str, *, table: str, column: str, row: str) -> bytes:
        """Encrypt a field for exactly this place: version | root (2) | nonce (12) | ciphertext and tag."""
        root = max(self.roots)
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(self._key(root, "field")).encrypt(nonce, plain.encode(), _place(root, table, column, row))
        return BLOB_VERSION + root.to_bytes(2) + nonce + sealed

    def open(self, blob: bytes, *, table: str, column: str, row: str) -> str:
        """Decrypt a field; raise `CannotOpen`, which names the place and never the content."""
        root, nonce, sealed = int.from_bytes(blob[1:3]), blob[3 : 3 + NONCE_BYTES], blob[3 + NONCE_BYTES :]
        if blob[:1] != BLOB_VERSION or root not in self.roots:
            raise CannotOpen(f"{table}.{column} of row {row}: no root key {root}")
        try:
            return AESGCM(self._key(root, "field")).decrypt(nonce, sealed, _place(root, table, column, row)).decode()
        except (InvalidTag, ValueError) as fault:  # ValueError: cut short
            raise CannotOpen(f"{table}.{column} of row {row}: not authentic") from fault

    def index(self, name: str, value: str) -> bytes:
        """Return the blind index of a normalised value: root (2) | first 16 bytes of an HMAC, by the lowest root."""
        root = min(self.roots)
        digest = hmac.digest(self._key(root, f"index/{name}"), f"{name}|{value}".encode(), sha256)
        return root.to_bytes(2) + digest[:INDEX_BYTES]

    def mac(self, purpose: str, message: str) -> bytes:
        """Return HMAC-SHA-256 of a message under the purpose's own key of this epoch (32 bytes).

        What such digests find (a session, a token, a code, a link) is not found again after the epoch was raised.
        """
        purpose = f"{self.epoch}/{purpose}" if self.epoch else purpose
        return self.lasting(purpose, message)

    def lasting(self, purpose: str, message: str) -> bytes:
        """Return HMAC-SHA-256 of a message under the purpose's own key, the same in every epoch (32 bytes)."""
        return hmac.digest(self._key(min(self.roots), f"mac/{purpose}"), message.encode(), sha256)

    def material(self, purpose: str, *, root: int, size: int) -> bytes:
        """Return `size` bytes for a key pair of this purpose, derived from one root key (RFC 5869)."""
        info = f"authsvc/v1/{root}/{purpose}".encode()
        return HKDF(algorithm=SHA256(), length=size, salt=None, info=info).derive(self.roots[root])

    def place(self, table: str, row: str) -> "Place":
        """Return the sealer of one row."""
        return Place(self, table, row)


@dataclass(frozen=True)
class Place:
    """One row, whose columns are sealed and opened by name."""

    keys: Keys
    table: str
    row: str

    def seal(self, column: str, plain: str) -> bytes:
        """Encrypt a column's value for this row."""
        return self.keys.seal(plain, table=self.table, column=column, row=self.row)

    def seal_or_none(self, column: str, plain: str | None) -> bytes | None:
        """Encrypt a column's value, or keep nothing as nothing."""
        return None if plain is None else self.seal(column, plain)

    def open(self, column: str, blob: bytes) -> str:
        """Decrypt a column's value of this row; raise `CannotOpen`."""
        return self.keys.open(blob, table=self.table, column=column, row=self.row)

    def open_or_none(self, column: str, blob: bytes | None) -> str | None:
        """Decrypt a column's value, or keep nothing as nothing."""
        return None if blob is None else self.open(column, blob)


def _place(root: int, table: str, column: str, row: str) -> bytes:
    return "|".join((str(root), "field", table, column, row)).encode()
