from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from joserfc.jwk import ECKey
from marshmallow import ValidationError

from authsvc.core.jose import PublicKey
from authsvc.core.schema import Flag, In, IsoDate, Moment, PublicKeyIn, Text, Wait
from mobileapp.phonekeys import public_jwk

KEY = public_jwk(ECKey.generate_key("P-256"))


class Form(In):
    """Each kind of field once."""

    text = Text(longest=5)
    code = Text(pattern="[0-9]{2}")
    day = IsoDate()
    key = PublicKeyIn()
    at = Moment()
    flag = Flag()
    wait = Wait()


def load(**body: Any) -> Any:
    return Form().load(body)


def refused(**body: Any) -> bool:
    try:
        load(**body)
    except ValidationError as fault:
        return list(fault.messages_dict) == list(body)
    return False


@pytest.mark.parametrize("text", ["", "123456", "a\nb", "a\x7f", "\x00", 5, None, True, [], {}, 1.5])
def test_a_text_is_short_and_printable_and_nothing_but_a_text(text: Any) -> None:
    assert refused(text=text)


def test_a_text_of_any_script_is_kept_as_it_is() -> None:
    assert load(text="阮 é😀")["text"] == "阮 é😀"


@pytest.mark.parametrize("code", ["1", "123", "1a", "12\n", "１２", "²²"])
def test_a_pattern_is_about_the_whole_text(code: str) -> None:
    assert load(code="12")["code"] == "12"
    assert refused(code=code)


@pytest.mark.parametrize(
    "day",
    [
        "2024-02-30",
        "0000-00-00",
        "2024-W01-1",
        "20240101",
        "1130230",
        "-110101",
        "1849-12-31",
        "2201-01-01",
        "2024-1-01",
        " 2024-01-01",
        "２０２４-01-01",
        20240101,
        1.0,
        None,
        True,
        [],
    ],
)
def test_a_date_is_iso_and_of_a_year_that_people_live_in(day: Any) -> None:
    assert refused(day=day)


def test_a_leap_day_is_a_date() -> None:
    assert load(day="2024-02-29")["day"] == date(2024, 2, 29)


@pytest.mark.parametrize("flag", ["true", "yes", 1, 0, None, "", []])
def test_a_tick_is_true_or_false_and_nothing_that_looks_like_it(flag: Any) -> None:
    assert [load(flag=value)["flag"] for value in (True, False)] == [True, False]
    assert refused(flag=flag)


@pytest.mark.parametrize("wait", ["26", "-1", "９", "1.5", "", "1_0", " 1", 5, None])
def test_a_wait_is_a_few_seconds_in_plain_digits(wait: Any) -> None:
    assert [load(wait=text)["wait"] for text in ("0", "25")] == [0, 25]
    assert refused(wait=wait)


def test_an_unknown_field_is_refused() -> None:
    assert refused(role="admin")


def test_a_public_key_is_read_and_a_private_one_is_refused() -> None:
    assert load(key=KEY | {"kid": "1"})["key"] == PublicKey(KEY["x"], KEY["y"])
    assert refused(key=KEY | {"d": KEY["x"]})
    assert refused(key="text")
    assert refused(key={"kty": "EC"})


def test_a_moment_is_told_in_utc_to_the_second() -> None:
    noon = datetime(2026, 1, 2, 12, 0, 0, 900_000, timezone(timedelta(hours=8)))

    assert Form().dump({"at": noon}) == {"at": "2026-01-02T04:00:00Z"}
    assert Form().dump({"at": noon.astimezone(UTC)}) == {"at": "2026-01-02T04:00:00Z"}
    assert Form().dump({"at": None}) == {"at": None}
