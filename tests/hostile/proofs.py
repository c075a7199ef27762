"""DPoP proofs that differ from a good one in exactly one thing (RFC 9449 section 4.3)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from secrets import token_urlsafe
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jws
from joserfc.jwk import ECKey, OctKey

from authsvc.core.jose import b64url
from mobileapp.phonekeys import public_jwk

GOOD = "a good one, for the comparison"
Named = Iterator[tuple[str, str]]
ZERO = "A" * 43


@dataclass
class Forger:
    """Somebody with the right key, who signs whatever is asked for."""

    key: ECKey
    method: str
    url: str
    now: int
    token: str

    @property
    def header(self) -> dict[str, Any]:
        return {"typ": "dpop+jwt", "alg": "ES256", "jwk": public_jwk(self.key)}

    @property
    def claims(self) -> dict[str, Any]:
        ath = b64url(sha256(self.token.encode()).digest())
        return {"jti": token_urlsafe(), "htm": self.method, "htu": self.url, "iat": self.now, "ath": ath}

    def with_header(self, **changes: Any) -> str:
        return self.signed(json.dumps(self.header | changes).encode(), json.dumps(self.claims).encode())

    def with_claims(self, **changes: Any) -> str:
        return self.signed(json.dumps(self.header).encode(), json.dumps(self.claims | changes).encode())

    def with_payload(self, payload: bytes) -> str:
        return self.signed(json.dumps(self.header).encode(), payload)

    def signed(self, header: bytes, payload: bytes) -> str:
        text = f"{b64url(header)}.{b64url(payload)}"
        private = self.key.private_key
        assert private is not None
        r, s = decode_dss_signature(private.sign(text.encode(), ec.ECDSA(SHA256())))
        return f"{text}.{b64url(r.to_bytes(32) + s.to_bytes(32))}"


def all_proofs(forger: Forger) -> Named:
    """Yield a good proof, then every wrong one, each with its name."""
    yield GOOD, forger.with_claims()
    yield from chain(_shapes(forger), _headers(forger), _claims(forger), _signatures(forger), _depths(forger))


def _shapes(forger: Forger) -> Named:
    texts = ("x", "..", "a.b", "a.b.c", "e30.e30.", "王", "{}", "a" * 10_000, '{"payload":"","signatures":[]}', "=")
    yield from ((f"no token {text[:10]}", text) for text in texts)
    for wrong in ("[]", "null", "5", '"x"', "{}", ""):
        yield f"header {wrong}", forger.signed(wrong.encode(), json.dumps(forger.claims).encode())
        yield f"claims {wrong}", forger.with_payload(wrong.encode())
    yield "claims in UTF-16", forger.with_payload(json.dumps(forger.claims).encode("utf-16"))
    yield "two proofs in one line", f"{forger.with_claims()}, {forger.with_claims()}"


def _headers(forger: Forger) -> Named:
    own = public_jwk(forger.key)
    keys: tuple[Any, ...] = (
        *(None, "x", {}, [], 5, own | {"x": ZERO}, own | {"d": ZERO}, own | {"crv": "P-384"}, own | {"x": 5}),
        *({"kty": "oct", "k": "AAAA"}, {"kty": "RSA", "n": ZERO, "e": "AQAB"}, public_jwk(ECKey.generate_key("P-256"))),
    )
    yield from ((f"jwk {key}", forger.with_header(jwk=key)) for key in keys)
    algorithms: tuple[Any, ...] = ("none", "HS256", "RS256", "ES384", "es256", "", None, 5, [])
    for alg in algorithms:
        yield f"alg {alg}", forger.with_header(alg=alg)
    for typ in ("JWT", "dpop", "DPOP+JWT", None, 5):
        yield f"typ {typ}", forger.with_header(typ=typ)
    extras: tuple[dict[str, Any], ...] = (
        {"crit": ["x"]},
        {"crit": []},
        {"crit": 5},
        {"b64": False},
        {"b64": 5, "crit": ["b64"]},
    )
    for extra in extras:
        yield f"header with {extra}", forger.with_header(**extra)
    oct_header = {"alg": "HS256", "typ": "dpop+jwt", "jwk": {"kty": "oct", "k": "c2VjcmV0"}}
    payload, key = json.dumps(forger.claims).encode(), OctKey.import_key("secret" * 6)
    yield "a symmetric key", jws.serialize_compact(oct_header, payload, key, algorithms=["HS256"])


def _claims(forger: Forger) -> Named:
    url, now = forger.url, forger.now
    path = url.partition("://")[2].partition("/")[2]
    wrong: dict[str, tuple[Any, ...]] = {
        "jti": ("", 5, None, [], "x" * 129, "x" * 5000, "王", "\ud800"),
        "htm": ("TRACE", forger.method.lower(), None, 5),
        "htu": (url + "/", url.upper(), f"https://evil.example/{path}", f"//{url}", f"/{path}", None, 5, "\ud800"),
        "iat": (now - 61, now + 6, now + 86_400, -1, 0, 10**30, -(10**30), 10**400, 1.5, True, "now", None, [], {}),
        "nonce": ("x", 5, [], "\ud800", f"0.{'A' * 22}", f"{'f' * 9}.{'A' * 22}", "A" * 5000),
    }
    for name, values in wrong.items():
        yield from ((f"{name} {str(value)[:20]!a}", forger.with_claims(**{name: value})) for value in values)


def _signatures(forger: Forger) -> Named:
    unsigned, _, end = forger.with_claims().rpartition(".")
    ends = {"empty": "", "DER": "MEUCIQ", "zeros": "A" * 86, "short": end[:84], "long": end + "AA", "junk": "!" * 86}
    ends |= {"beyond the order": b64url(b"\xff" * 64), "padded": end + "==", "standard alphabet": "+" + end[1:]}
    yield from ((f"signature {name}", f"{unsigned}.{wrong}") for name, wrong in ends.items())


def _depths(forger: Forger) -> Named:
    for depth in (40, 300, 600, 900, 940, 960, 980, 990, 2000):
        nest = b"[" * depth + b"]" * depth
        yield f"claims {depth} deep", forger.with_payload(b'{"jti":' + nest + b"}")
        header = json.dumps(forger.header | {"typ": "x"}).encode()[:-1] + b',"x":' + nest + b"}"
        yield f"header {depth} deep", forger.signed(header, json.dumps(forger.claims).encode())
