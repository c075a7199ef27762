"""The rotating text of a QR login."""

import ast
import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from authsvc.core.jose import b64url
from qrlogin import frames, receipts

SECRET = bytes(range(32))
START = "AAECAwQFBgcICQoLDA0ODw"
ORIGIN = "https://portal.example"


def test_a_frame_reads_as_it_was_written() -> None:
    text = frames.text(origin=ORIGIN, secret=SECRET, start_token=START, t=21)

    frame = frames.read(text, origin=ORIGIN)

    assert frame is not None
    assert (frame.start_token, frame.t) == (START, 21)
    assert frames.is_genuine(frame, secret=SECRET)


def test_the_digest_is_the_documented_one() -> None:
    # Computed apart: `printf 'AAECAwQFBgcICQoLDA0ODw.21' | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102…1f`
    assert frames.mac(SECRET, START, 21) == "108a40842b530d4f2a3b74e14a871b7d"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://portal.example/app/q",
        "https://portal.example/app/q#",
        f"https://evil.example/app/q#{START}.0.{'0' * 32}",
        f"https://portal.example/app/q#{START}.-1.{'0' * 32}",
        f"https://portal.example/app/q#{START}.01.{'0' * 32}",
        f"https://portal.example/app/q#{START}.٣.{'0' * 32}",
        f"https://portal.example/app/q#{START}.0.{'0' * 31}",
        f"https://portal.example/app/q#{START}.0.{'0' * 32}\n",
    ],
)
def test_anything_else_is_not_a_frame(text: str) -> None:
    assert frames.read(text, origin=ORIGIN) is None


@pytest.mark.parametrize("t", [20, 22])
def test_a_frame_of_another_second_is_not_genuine(t: int) -> None:
    forged = frames.Frame(START, t, frames.mac(SECRET, START, 21))

    assert not frames.is_genuine(forged, secret=SECRET)


def test_a_new_frame_is_shown_every_three_seconds() -> None:
    began = datetime(2026, 1, 1, tzinfo=UTC)

    shown = [frames.shown_second(began, began + timedelta(seconds=seconds)) for seconds in range(8)]

    assert shown == [0, 0, 0, 3, 3, 3, 6, 6]


@pytest.mark.parametrize(
    ("t", "code"),
    [
        (0, "dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8"),
        (1, "949d559bf23403952a94d103e67743126381eda00f0b3cbddbf7c96b1adcbce2"),
        (2, "a9e5ec59cb4eee4ef4117150abc58fad7a85439a6a96ccbecc3668b41795b3f3"),
    ],
)
def test_the_digest_reproduces_bankids_published_animated_code(t: int, code: str) -> None:
    # BankID RP API v6: HMAC-SHA-256 over the decimal seconds. The same digest; our message names the order as well.
    assert frames.digest(b"d28db9a7-4cde-429e-a983-359be676944c", str(t)).hex() == code


def test_the_digest_reproduces_smart_ids_published_device_link() -> None:
    # Smart-ID RP API v3.2, "authCode calculation": the same digest over a longer message, written in base64url.
    secret = base64.b64decode("B98ODiVCebRedSwdTk51zFSaGYyHtY1H2A0ocAi3/Ps=")
    challenge = "GYS+yoah6emAcVDNIajwSs6UB/M95XrDxMzXBUkwQJ9YFDipXXzGpPc7raWcuc2+TEoRc7WvIZ/7dU/iRXenYg=="
    asked = [
        {"type": "confirmationMessage", "displayText200": "Longer description of the transaction context"},
        {"type": "displayTextAndPIN", "displayText60": "Short description of the transaction context"},
    ]
    interactions = base64.b64encode(json.dumps(asked, separators=(",", ":")).encode()).decode()
    names = [base64.b64encode(name).decode() for name in (b"DEMO", b"Example RP")]
    link = (
        "https://smart-id.com/device-link?deviceLinkType=QR&elapsedSeconds=22"
        "&sessionToken=wGIrqveE6AuGDATZKmR1mtAZ&sessionType=auth&version=1.0&lang=eng"
    )

    code = frames.digest(secret, "|".join(["smart-id", "ACSP_V2", challenge, *names, interactions, "", link]))

    assert b64url(code) == "OY1eHaD4UYedrBwtqUbSkpa0w7ttm4FllPkCD_3wlE0"


def test_the_arithmetic_of_frames_is_pure() -> None:
    """It imports nothing that reads a clock, a file, a network, a database or chance."""
    allowed = {"hmac", "re", "dataclasses", "datetime", "hashlib", "typing", "authsvc.core.crockford"}
    nodes = list(ast.walk(ast.parse(Path(frames.__file__).read_text(encoding="utf-8"))))
    named = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    named |= {f"{one.module}.{alias.name}" for one in froms for alias in one.names}
    called = {node.func.attr for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}

    assert {name if name.startswith("authsvc") else name.partition(".")[0] for name in named} <= allowed
    assert called & {"now", "today", "utcnow", "open"} == set()


def test_a_typed_code_is_good_in_its_minute_and_the_next() -> None:
    code = frames.typed_code(SECRET, START, 1)

    good = [frames.is_typed(code, secret=SECRET, start_token=START, minute=minute) for minute in range(4)]

    assert good == [False, True, True, False]
    assert not frames.is_typed(code, secret=bytes(32), start_token=START, minute=1)
    assert not frames.is_typed("", secret=SECRET, start_token=START, minute=0)


def test_a_receipt_is_forty_bits_of_the_decisions_hash() -> None:
    # SHA-256("abc") = ba7816bf 8f…, in groups of five bits
    assert receipts.receipt_of("abc") == "Q9W1-DFWF"
