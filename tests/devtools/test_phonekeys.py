"""The phone's arithmetic against published vectors."""

import base64
import hmac
import json
from datetime import UTC, datetime

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from mobileapp.phonekeys import PhoneKeys, b64url, otp_secret, proof, public_jwk, totp

# RFC 6238 appendix B, the rows for SHA-256
SEED = b"12345678901234567890123456789012"
RFC_6238 = [
    (59, "46119246"),
    (1111111109, "68084774"),
    (1111111111, "67062674"),
    (1234567890, "91819424"),
    (2000000000, "90698825"),
    (20000000000, "77737706"),
]
# RFC 5903 section 8.1: a 256-bit random ECP group agreement
RFC_5903 = {
    "i": "C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433",
    "gix": "DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C3772581180",
    "giy": "5271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5F58389E0577B8990BB3",
    "r": "C6EF9C5D78AE012A011164ACB397CE2088685D8F06BF9BE0B283AB46476BEE53",
    "grx": "D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63",
    "gry": "56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB",
    "girx": "D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE",
}
# RFC 9449 section 7.1
RFC_9449_TOKEN = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
RFC_9449_ATH = "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_codes_are_those_of_rfc_6238() -> None:
    # given the seed of the RFC's table, when its times come, then so do its codes
    for seconds, expected in RFC_6238:
        assert totp(SEED, at=datetime.fromtimestamp(seconds, UTC)) == expected


def test_a_short_code_is_the_end_of_the_long_one() -> None:
    for seconds, expected in RFC_6238:
        assert totp(SEED, at=datetime.fromtimestamp(seconds, UTC), digits=6) == expected[-6:]


def test_a_naive_time_makes_no_code() -> None:
    with pytest.raises(ValueError, match="aware"):
        totp(SEED, at=NOON.replace(tzinfo=None))


def rfc_5903_key(private: str, x: str, y: str) -> ECKey:
    """Return a key pair of the RFC's table."""
    d, px, py = (b64url(bytes.fromhex(RFC_5903[name])) for name in (private, x, y))
    return ECKey.import_key({"kty": "EC", "crv": "P-256", "d": d, "x": px, "y": py})


def hkdf_sha256(key: bytes, info: bytes) -> bytes:
    """Return the first 32 bytes of HKDF with an empty salt, by RFC 5869's own two lines."""
    extracted = hmac.digest(bytes(32), key, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def test_both_sides_agree_on_the_secret_of_rfc_5903_through_hkdf() -> None:
    # given the two key pairs of the RFC
    ours, theirs = rfc_5903_key("i", "gix", "giy"), rfc_5903_key("r", "grx", "gry")
    # when each side agrees with the other's public half
    secret = otp_secret(ours, other=public_jwk(theirs), device_id="dev_1")
    # then both have HKDF over the RFC's shared x, bound to this device
    assert secret == hkdf_sha256(bytes.fromhex(RFC_5903["girx"]), b"authsvc-otp-v1dev_1")
    assert secret == otp_secret(theirs, other=public_jwk(ours), device_id="dev_1")
    assert secret != otp_secret(ours, other=public_jwk(theirs), device_id="dev_2")


def test_a_proof_says_what_rfc_9449_wants() -> None:
    # given a phone and the access token of the RFC's example
    key = PhoneKeys.generate().device
    # when it makes a proof
    text = proof(
        key, method="GET", url="http://localhost/api/v1/me/device", at=NOON, access_token=RFC_9449_TOKEN, nonce="n1"
    )
    # then header and claims are complete, and the signature is by the key inside
    checked = jws.deserialize_compact(text, key, algorithms=["ES256"])
    header, claims = checked.headers(), json.loads(checked.payload or b"")
    assert header == {"alg": "ES256", "typ": "dpop+jwt", "jwk": public_jwk(key)}
    assert claims.pop("jti")
    assert claims == {
        "htm": "GET",
        "htu": "http://localhost/api/v1/me/device",
        "iat": int(NOON.timestamp()),
        "ath": RFC_9449_ATH,
        "nonce": "n1",
    }


def test_no_two_proofs_are_the_same() -> None:
    key = PhoneKeys.generate().device
    proofs = {proof(key, method="GET", url="http://localhost/", at=NOON) for _ in range(50)}
    assert len(proofs) == 50


def test_the_private_half_stays_out_of_proofs() -> None:
    key = PhoneKeys.generate().device
    header = proof(key, method="GET", url="http://localhost/", at=NOON).partition(".")[0]
    decoded = json.loads(base64.urlsafe_b64decode(header + "=="))
    assert set(decoded["jwk"]) == {"kty", "crv", "x", "y"}
