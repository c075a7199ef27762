"""Passwords: which may be chosen, and how they are kept (argon2id over a keyed digest, RFC 9106)."""

import hmac
import threading
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from authsvc.core.errors import Invalid, Unavailable
from authsvc.core.i18n import N_
from authsvc.core.keys import Keys

SHORTEST: Final = 6
LONGEST: Final = 12
IN_FLIGHT: Final = 2
PATIENCE_SECONDS: Final = 3.0
# The 30,000 most used passwords, as the strength meter's package lists them.
COMMON: Final = frozenset(FREQUENCY_LISTS["passwords"])


@dataclass(frozen=True)
class Passwords:
    """Hashes and checks; at most two hashes are in flight, so that logins cannot use up the memory."""

    keys: Keys
    hasher: PasswordHasher
    _slots: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(IN_FLIGHT))

    def hash(self, password: str) -> str:
        """Return the hash to store; raise `Unavailable` when too many wait."""
        with self._slot():
            return self.hasher.hash(self._peppered(password))

    def verify(self, stored: str | None, password: str) -> bool:
        """Tell whether a password is the stored one; without a stored one the same work is done."""
        with self._slot():
            try:
                return self.hasher.verify(stored or self._decoy, self._peppered(password)) and stored is not None
            except (VerificationError, InvalidHashError):
                return False

    @property
    def _decoy(self) -> str:
        parameters = f"m={self.hasher.memory_cost},t={self.hasher.time_cost},p={self.hasher.parallelism}"
        return f"$argon2id$v=19${parameters}$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

    def _peppered(self, password: str) -> bytes:
        return hmac.digest(self.keys.mac("pepper", "1"), password.encode(), sha256)

    def _slot(self) -> "_Slot":
        return _Slot(self._slots)


@dataclass(frozen=True)
class _Slot:
    """A place among the hashes in flight, waited for a few seconds at most."""

    slots: threading.BoundedSemaphore

    def __enter__(self) -> None:
        if not self.slots.acquire(timeout=PATIENCE_SECONDS):
            raise Unavailable

    def __exit__(self, *_fault: object) -> None:
        self.slots.release()


def require_good_password(password: str, *, known: tuple[str, ...], field_name: str = "password") -> None:
    """Raise `Invalid` with the reason unless the password is 6 to 12 characters, not common and not about the person.

    `known` are the person's ID, birth date and mobile number in the forms that people type.
    """
    lowered = password.lower()
    if not SHORTEST <= len(password) <= LONGEST:
        reason = N_("The password must be 6 to 12 characters long.")
    elif lowered in COMMON or len(set(password)) == 1:
        reason = N_("This password is used by very many people and known to thieves. Please choose another.")
    elif any(fact and fact.lower() in lowered for fact in known):
        reason = N_("The password must not contain your ID number, birth date or mobile number.")
    else:
        return
    raise Invalid({field_name: [reason]})
