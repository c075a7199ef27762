"""The operators' signing keys: one in use, the next already published, the last ones still published for a while."""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

ALGORITHM = "ES256"
OVERLAP = timedelta(minutes=10)


@dataclass(slots=True)
class KeyRing:
    """One operator's keys. What is signed before a rotation can be checked for ten minutes after it."""

    name: str
    made: int = 0
    current: ECKey = field(init=False)
    following: ECKey = field(init=False)
    retired: list[tuple[ECKey, datetime]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Make the key in use and the next one."""
        self.current, self.following = self._make(), self._make()

    def rotate(self, *, at: datetime, overlap: timedelta = OVERLAP) -> str:
        """Put the next key in use and return its id; the old one stays published for the overlap."""
        with self.lock:
            self.retired.append((self.current, at + overlap))
            self.current, self.following = self.following, self._make()
            return str(self.current.kid)

    def published(self, *, at: datetime) -> dict[str, list[Any]]:
        """Return the public keys as a JWK set: in use, next and those retired not long ago."""
        with self.lock:
            self.retired = [(key, end) for key, end in self.retired if at < end]
            keys = [self.current, self.following, *(key for key, _ in self.retired)]
        described = [key.as_dict(private=False) for key in keys]
        return {"keys": [{**each, "use": "sig", "alg": ALGORITHM} for each in described]}

    def sign(self, claims: dict[str, Any], *, unknown_key: bool = False) -> str:
        """Return the claims as a signed token; `unknown_key` signs with one that is never published (a fault)."""
        key = self._make() if unknown_key else self.current
        return jwt.encode({"alg": ALGORITHM, "kid": key.kid, "typ": "JWT"}, claims, key, algorithms=[ALGORITHM])

    def _make(self) -> ECKey:
        self.made += 1
        return ECKey.generate_key("P-256", {"kid": f"{self.name}-{self.made}"})
