"""The rotating text of a QR login."""

from datetime import UTC, datetime, timedelta

import pytest

from qrlogin import frames

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
