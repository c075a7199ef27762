import base64
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc.jwk import ECKey

from authsvc.core.errors import Invalid
from authsvc.core.jose import (
    NotAuthentic,
    PublicKey,
    b64url,
    b64url_decode,
    peek_header,
    read_public_key,
    require_public_key,
    verify,
    verify_signature,
)
from mobileapp.phonekeys import public_jwk, signed

KEY, OTHER = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
HEADER = {"typ": "test+jwt", "alg": "ES256"}


def public(key: ECKey = KEY) -> PublicKey:
    return read_public_key(public_jwk(key))


def raw(value: Any) -> str:
    return b64url(value if isinstance(value, bytes) else json.dumps(value).encode())


def numbers(text: str) -> tuple[int, int]:
    private: Any = KEY.private_key
    return decode_dss_signature(private.sign(text.encode(), ec.ECDSA(hashes.SHA256())))


def token(header: Any = HEADER, claims: Any = None) -> str:
    """Return a token whose signature is right, whatever stands in it."""
    text = f"{raw(header)}.{raw({'a': 1} if claims is None else claims)}"
    r, s = numbers(text)
    return f"{text}.{b64url(r.to_bytes(32) + s.to_bytes(32))}"


def refused(text: str) -> bool:
    try:
        verify(text, typ="test+jwt", key=public())
    except NotAuthentic:
        return True
    return False


def test_a_genuine_token_gives_its_claims() -> None:
    assert verify(token(), typ="test+jwt", key=public()) == {"a": 1}
    assert verify(signed(KEY, header={"typ": "test+jwt"}, claims={"b": "二"}), typ="test+jwt", key=public()) == {
        "b": "二"
    }
    assert verify_signature(token(claims=b"any bytes"), key=public()) == b"any bytes"


def test_another_key_did_not_sign_it() -> None:
    with pytest.raises(NotAuthentic, match="not signed by this key"):
        verify(token(), typ="test+jwt", key=public(OTHER))


@pytest.mark.parametrize(
    "change",
    [
        {"typ": "other+jwt"},
        {"typ": None},
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "ES384"},
        {"alg": None},
        {"alg": ["ES256"]},
        {"crit": ["x"]},
        {"crit": []},
        {"crit": ["b64"], "b64": False},
        {"b64": True},
    ],
)
def test_a_header_that_says_anything_else_is_refused(change: dict[str, Any]) -> None:
    assert refused(token(HEADER | change))


@pytest.mark.parametrize(
    "header",
    [
        [],
        "text",
        5,
        None,
        {},
        b"not json",
        b"\xff\xfe",
        b'{"typ":"test+jwt","alg":"ES256","alg":"ES256"}',
        b'{"typ":"x","typ":"test+jwt","alg":"ES256"}',
        b'{"typ":"test+jwt","alg":"ES256","n":NaN}',
        b"[" * 3000,
    ],
)
def test_a_header_that_two_readers_could_read_differently_is_refused(header: Any) -> None:
    assert refused(token(header))


@pytest.mark.parametrize("claims", [b"", b"[]", b'"text"', b'{"a":1,"a":2}', b'{"a":Infinity}', b'{"a":'])
def test_claims_that_are_no_plain_object_are_refused(claims: bytes) -> None:
    assert refused(token(claims=claims))


def signatures(text: str) -> dict[str, str]:
    """Return wrong signatures over a text, by what is wrong."""
    r, s = numbers(text)
    private: Any = KEY.private_key
    good = r.to_bytes(32) + s.to_bytes(32)
    return {
        "none": "",
        "der": b64url(private.sign(text.encode(), ec.ECDSA(hashes.SHA256()))),
        "63 bytes": b64url(good[:63]),
        "65 bytes": b64url(good + b"\0"),
        "r is 0": b64url(bytes(32) + good[32:]),
        "s is 0": b64url(good[:32] + bytes(32)),
        "both are 0": b64url(bytes(64)),
        "s is the order": b64url(good[:32] + ORDER.to_bytes(32)),
        "r is beyond the order": b64url(b"\xff" * 32 + good[32:]),
        "s and r swapped": b64url(good[32:] + good[:32]),
        "one bit": b64url(good[:-1] + bytes([good[-1] ^ 1])),
        "padded": b64url(good) + "==",
        "other alphabet": base64.b64encode(b"\xfb" * 64).decode().rstrip("="),
        "junk inside": b64url(good)[:-1] + "!",
        "loose last bits": b64url(good)[:-1] + chr(ord(b64url(good)[-1]) + 1),
    }


@pytest.mark.parametrize("name", signatures("x"))
def test_a_signature_is_64_raw_bytes_in_range(name: str) -> None:
    text = token().rpartition(".")[0]

    assert refused(f"{text}.{signatures(text)[name]}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "a.b",
        "a.b.c.d",
        "ä.b.c",
        "a..b",
        " " + "a" * 10,
        json.dumps({"payload": "", "signatures": []}),
        json.dumps({"payload": "", "protected": "", "signature": ""}),
    ],
)
def test_only_the_compact_form_is_read(text: str) -> None:
    with pytest.raises(NotAuthentic):
        peek_header(text)
    assert refused(token() + "\n")
    assert refused(token().replace(".", ". ", 1))


def test_a_huge_token_is_refused_at_once() -> None:
    huge = [token(claims={"a": "x" * 1_000_000}), "a." * 500_000, "a" * 1_000_000 + "." * 3]
    before = time.perf_counter()

    assert [refused(text) for text in huge] == [True, True, True]
    assert (time.perf_counter() - before) / len(huge) < 0.05


def test_a_key_is_known_by_its_thumbprint_whatever_else_its_jwk_says() -> None:
    # given the order of RFC 7638, and members that do not belong to it
    jwk = public_jwk(KEY)
    same = {"use": "sig", "kid": "1", **dict(reversed(jwk.items()))}
    # then
    assert read_public_key(same) == public()
    assert public().jkt == KEY.thumbprint()
    assert public().jwk == jwk
    assert len(public().jkt) == 43


@pytest.mark.parametrize(
    "change",
    [
        {"d": KEY.as_dict(private=True)["d"]},
        {"kty": "RSA"},
        {"kty": "oct", "k": "AAAA"},
        {"crv": "P-384"},
        {"x": None},
        {"x": 5},
        {"y": ""},
        {"y": public_jwk(OTHER)["y"]},
        {"x": b64url(bytes(32)), "y": b64url(bytes(32))},
        {"x": b64url(b"\xff" * 32)},
        {"x": b64url(bytes(33))},
        {"x": public_jwk(KEY)["x"] + "="},
        {"x": public_jwk(KEY)["x"][:-1] + "!"},
    ],
)
def test_what_is_no_public_point_of_the_curve_is_no_key(change: dict[str, Any]) -> None:
    jwk = public_jwk(KEY) | change

    with pytest.raises(NotAuthentic):
        read_public_key(jwk)
    with pytest.raises(Invalid) as refusal:
        require_public_key(jwk, field="otp_public_key")
    assert list(refusal.value.errors) == ["otp_public_key"]


@pytest.mark.parametrize("jwk", [None, "text", [], {}, 5])
def test_what_is_no_object_is_no_key(jwk: Any) -> None:
    with pytest.raises(NotAuthentic):
        read_public_key(jwk)


def test_a_good_key_is_taken_from_a_body() -> None:
    assert require_public_key(public_jwk(KEY), field="key") == public()


def test_base64url_is_canonical_or_refused() -> None:
    assert b64url_decode(b64url(b"\xfb\xff\x00")) == b"\xfb\xff\x00"
    for bad in ("A", "AB", "AA==", "AA=", "A A", "A\n", "+/+/", "é", "AAAA!"):
        with pytest.raises(ValueError, match=r"base64url|ASCII"):
            b64url_decode(bad)
