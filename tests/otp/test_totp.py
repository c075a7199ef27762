"""The arithmetic of one-time codes."""

import ast
import base64
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha1, sha256, sha512
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from otp import totp

RFC_SECRET = b"12345678901234567890123456789012"


# RFC 4226 appendix D: HMAC-SHA-1, six digits, counters 0 to 9
HOTP = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
# RFC 6238 appendix B: seconds → SHA-1, SHA-256, SHA-512; their secrets have 20, 32 and 64 bytes
TOTP = {
    59: ("94287082", "46119246", "90693936"),
    1111111109: ("07081804", "68084774", "25091201"),
    1111111111: ("14050471", "67062674", "99943326"),
    1234567890: ("89005924", "91819424", "93441116"),
    2000000000: ("69279037", "90698825", "38618901"),
    20000000000: ("65353130", "77737706", "47863826"),
}


def test_rfc_4226_appendix_d_comes_out() -> None:
    codes = [totp.code_for(RFC_SECRET[:20], counter, digits=6, digest=sha1) for counter in range(10)]

    assert codes == HOTP


@pytest.mark.parametrize(("column", "digest", "size"), [(0, sha1, 20), (1, sha256, 32), (2, sha512, 64)])
def test_rfc_6238_appendix_b_comes_out_for_every_digest(column: int, digest: Callable[..., Any], size: int) -> None:
    secret = (b"1234567890" * 7)[:size]
    moments = {seconds: datetime.fromtimestamp(seconds, UTC) for seconds in TOTP}

    codes = {at: totp.code_for(secret, totp.step_at(moment), digits=8, digest=digest) for at, moment in moments.items()}

    assert codes == {seconds: row[column] for seconds, row in TOTP.items()}


def test_a_pages_codes_come_from_one_more_hmac_over_the_secret() -> None:
    # RFC 5869 section 2.3: T(1) = HMAC(PRK, info | 0x01)
    expected = hmac.digest(RFC_SECRET, b"authsvc-otp-tag-v17K\x01", "sha256")

    assert totp.tagged(RFC_SECRET, "7K") == totp.tagged(RFC_SECRET, "7k") == expected
    assert totp.code_for(totp.tagged(RFC_SECRET, "7K"), 1, digits=8) == "31662663"  # as docs/design.md says
    assert len({totp.tagged(RFC_SECRET, tag) for tag in ("7K", "7J", "00")} | {RFC_SECRET}) == 4


def test_the_arithmetic_is_pure() -> None:
    """It imports nothing that reads a clock, a file, a network, a database or chance."""
    allowed = {"base64", "hmac", "collections", "datetime", "hashlib", "typing", "pyotp", "cryptography"}
    nodes = list(ast.walk(ast.parse(Path(totp.__file__).read_text(encoding="utf-8"))))
    named = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    called = {node.func.attr for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}

    assert {name.partition(".")[0] for name in named} <= allowed
    assert called & {"now", "today", "utcnow", "open", "generate_private_key"} == set()


def test_both_sides_derive_the_same_secret() -> None:
    phone, service = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    ours = totp.agree(own=service, other=phone.public_key(), device_id="device")
    theirs = totp.agree(own=phone, other=service.public_key(), device_id="device")

    assert ours == theirs
    assert len(ours) == 32
    assert ours != totp.agree(own=phone, other=service.public_key(), device_id="another")


@pytest.mark.parametrize(
    ("age", "accepted"),
    [
        *((age, True) for age in (0, 29, 150, 179, 179.999)),  # alive for 180 s from the start of its step
        *((age, False) for age in (180, 181, 210)),
        *((age, True) for age in (-1, -30)),  # one step ahead
        *((age, False) for age in (-30.001, -31, -60)),  # two steps ahead
    ],
)
def test_a_code_lives_180_seconds_from_its_steps_start_and_one_step_ahead(age: float, *, accepted: bool) -> None:
    start = datetime.fromtimestamp(1_800_000_000 // 30 * 30, UTC)
    code = totp.code_for(RFC_SECRET, totp.step_at(start), digits=8)

    step = totp.matching_step(RFC_SECRET, code, at=start + timedelta(seconds=age), digits=8)

    assert (step is not None) is accepted


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        totp.step_at(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


def test_a_code_keeps_its_leading_zeros() -> None:
    codes = [totp.code_for(base64.b64decode("AAAA") * 11, step, digits=8) for step in range(200)]

    assert {len(code) for code in codes} == {8}
    assert any(code.startswith("0") for code in codes)
