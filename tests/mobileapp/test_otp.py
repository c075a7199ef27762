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


def test_a_code_tied_to_a_page_is_the_services(modules: Page) -> None:
    code = modules.evaluate(
        """async ([secret, tag, step]) => {
          const otp = await import("/app/js/otp.js");
          const key = await otp.importOtpKey(new TextEncoder().encode(secret));
          return otp.codeAt(await otp.tiedTo(key, tag), step, 8);
        }""",
        ["12345678901234567890123456789012", "7K", 1],
    )

    assert code == "31662663"  # the vector of docs/design.md


def test_two_characters_are_read_as_they_were_shown(modules: Page) -> None:
    read = [
        modules.evaluate("async (typed) => (await import('/app/js/otp.js')).readTag(typed)", typed)
        for typed in ("7k", " 7-K ", "oI", "l0", "7", "7KK", "7U", "７Ｋ")
    ]

    assert read == ["7K", "7K", "01", "10", None, None, None, None]


@pytest.mark.parametrize(
    ("at", "used", "state"),
    [
        (60.0, None, "live"), (239.9, None, "live"), (240.0, None, "over"), (70.0, 2, "used"), (500.0, 2, "used"),
        (70.0, 3, "older"), (70.0, 1, "live"),
    ],
)  # fmt: skip
def test_used_expired_and_overtaken_codes_are_told_apart(
    modules: Page, at: float, used: int | None, state: str
) -> None:
    told = modules.evaluate(
        """async ([at, used]) => (await import("/app/js/otp.js")).stateOf(
          2, at * 1000, { period: 30, valid_for: 180 }, used)""",
        [at, used],
    )

    assert told == state


def test_the_next_code_is_there_after_thirty_seconds_at_most(modules: Page) -> None:
    waits = [
        modules.evaluate("async (at) => (await import('/app/js/otp.js')).nextIn(2, at * 1000, { period: 30 })", at)
        for at in (60, 60.1, 89.5, 90, 300)
    ]

    assert waits == [30, 30, 1, 0, 0]


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
