"""Passwords: which may be chosen, and how they are kept (argon2id over a keyed digest, RFC 9106)."""

import hmac
import threading
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from authsvc.core.errors import Invalid, Unavailable
from authsvc.core.i18n import N_
from authsvc.core.keys import Keys

SHORTEST: Final = 6
LONGEST: Final = 12
IN_FLIGHT: Final = 2
PATIENCE_SECONDS: Final = 3.0
# The 30,000 most used passwords of zxcvbn's list, which Mark Burnett collected from thefts; pages name this source.
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
        return hmac.digest(self.keys.lasting("pepper", "1"), password.encode(), sha256)

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
    """Raise `Invalid` with the reason unless the password has 6 to 12 characters and is hard enough to guess.

    Refused are those on the list (in any case, backwards, with signs for letters), those that zxcvbn guesses within
    1,000 tries (rows, repeats), and those about the person: `known` are the ID, birth date and mobile number in the
    forms that people type.
    """
    lowered = password.lower()
    if not SHORTEST <= len(password) <= LONGEST:
        reason = N_("The password must be 6 to 12 characters long.")
    elif lowered in COMMON or _is_disguised(password):
        reason = N_(
            "This password is used by very many people and known to thieves: it is one of the 30,000 on the list of "
            "the zxcvbn project, or hardly differs from one. Please choose another."
        )
    elif zxcvbn(password)["score"] == 0:
        reason = N_("This password is a row or a repeat that is guessed at once. Please choose another.")
    elif _is_about(password, known):
        reason = N_("The password must not contain your ID number, birth date or mobile number.")
    else:
        return
    raise Invalid({field_name: [reason]})


def _is_about(password: str, known: tuple[str, ...]) -> bool:
    """Tell whether a fact of the person stands in a password, with or without signs between its letters and digits."""
    bare = _bare(password)
    return any(fact and _bare(fact) in bare for fact in known)


def _bare(text: str) -> str:
    return "".join(each for each in text.lower() if each.isascii() and each.isalnum())


def _is_disguised(password: str) -> bool:
    """Tell whether a password is a common one as a whole, written backwards or with signs for letters (P@ssw0rd)."""
    matches = zxcvbn(password)["sequence"]
    return len(matches) == 1 and matches[0].get("dictionary_name") == "passwords"
