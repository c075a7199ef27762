"""The arithmetic of one-time codes."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from otp import totp

RFC_SECRET = b"12345678901234567890123456789012"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "46119246"), (1111111109, "68084774"), (1111111111, "67062674"), (1234567890, "91819424"),
     (2000000000, "90698825"), (20000000000, "77737706")],
)  # fmt: skip
def test_the_published_vectors_come_out(seconds: int, code: str) -> None:
    # RFC 6238 appendix B, SHA-256
    moment = datetime.fromtimestamp(seconds, UTC)

    assert totp.code_for(RFC_SECRET, totp.step_at(moment), digits=8) == code


def test_both_sides_derive_the_same_secret() -> None:
    phone, service = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    ours = totp.agree(own=service, other=phone.public_key(), device_id="device")
    theirs = totp.agree(own=phone, other=service.public_key(), device_id="device")

    assert ours == theirs
    assert len(ours) == 32
    assert ours != totp.agree(own=phone, other=service.public_key(), device_id="another")


@pytest.mark.parametrize(
    ("age", "accepted"), [(0, True), (29, True), (150, True), (179, True), (180, False), (-30, True), (-31, False)]
)
def test_a_code_lives_180_seconds_from_its_steps_start_and_one_step_ahead(age: int, *, accepted: bool) -> None:
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
