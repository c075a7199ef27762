"""One-time codes: the published vectors, and the agreement with a service written in another language."""

import base64
import hmac
import struct

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from playwright.sync_api import Page

VECTORS = {  # RFC 6238 appendix B, the rows of SHA-256
    59: "46119246",
    1111111109: "68084774",
    1111111111: "67062674",
    1234567890: "91819424",
    2000000000: "90698825",
    20000000000: "77737706",
}

CODES = """async ([secret, times, digits]) => {
  const otp = await import("/app/js/otp.js");
  const bytes = new TextEncoder().encode(secret);
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return Promise.all(times.map((time) => otp.codeAt(key, otp.stepAt(time * 1000, 30), digits)));
}"""

AGREE = """async ([theirs, deviceId, step]) => {
  const { makeOtpKey } = await import("/app/js/keys.js");
  const { codeAt, deriveOtpKey } = await import("/app/js/otp.js");
  const mine = await makeOtpKey();
  const secret = await deriveOtpKey(mine.privateKey, theirs, deviceId);
  const open = [mine.privateKey.extractable, secret.extractable];
  return { jwk: mine.publicJwk, code: await codeAt(secret, step, 8), open };
}"""


def test_codes_are_those_of_rfc_6238(modules: Page) -> None:
    codes = modules.evaluate(CODES, ["12345678901234567890123456789012", list(VECTORS), 8])

    assert codes == list(VECTORS.values())


@pytest.mark.parametrize("digits", [6, 7])
def test_shorter_codes_are_the_end_of_the_long_one(modules: Page, digits: int) -> None:
    codes = modules.evaluate(CODES, ["12345678901234567890123456789012", list(VECTORS), digits])

    assert codes == [code[-digits:] for code in VECTORS.values()]


def test_phone_and_service_derive_the_same_secret_and_neither_can_export_it(modules: Page) -> None:
    service = ec.generate_private_key(ec.SECP256R1())

    answer = modules.evaluate(AGREE, [jwk_of(service), "dev-7Q", 59_000_000])

    secret = HKDF(SHA256(), 32, None, b"authsvc-otp-v1dev-7Q").derive(
        service.exchange(ec.ECDH(), key_of(answer["jwk"]))
    )
    assert answer["code"] == code_of(secret, 59_000_000)
    assert answer["open"] == [False, False]


def test_a_code_lasts_180_seconds_from_the_start_of_its_step(modules: Page) -> None:
    ends = modules.evaluate(
        """async () => {
          const { endOf, stepAt } = await import("/app/js/otp.js");
          const rules = { period: 30, valid_for: 180 };
          return [60_000, 89_999, 90_000].map((time) => endOf(stepAt(time, 30), rules));
        }"""
    )

    assert ends == [240_000, 240_000, 270_000]


def test_a_code_is_shown_in_two_groups(modules: Page) -> None:
    shown = modules.evaluate("async () => (await import('/app/js/otp.js')).grouped('12345678')")

    assert shown == "1234 5678"


def code_of(secret: bytes, step: int) -> str:
    mac = hmac.digest(secret, struct.pack(">Q", step), "sha256")
    start = mac[-1] & 0x0F
    number: int = struct.unpack(">I", mac[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**8:08d}"


def jwk_of(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    x, y = (base64.urlsafe_b64encode(n.to_bytes(32, "big")).rstrip(b"=").decode() for n in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def key_of(jwk: dict[str, str]) -> ec.EllipticCurvePublicKey:
    x, y = (int.from_bytes(base64.urlsafe_b64decode(jwk[name] + "="), "big") for name in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
