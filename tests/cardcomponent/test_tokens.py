"""Tokens behind a PKCS#11 module: SoftHSM, which is one in software."""

from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from pkcs11 import exceptions as faults

from cardcomponent.refusals import Refusal
from cardcomponent.tokens import MEANINGS
from tests.cardcomponent.component import Component, told
from tests.cardcomponent.conftest import Issued, SoftHsm
from tests.cardcomponent.test_readers import signed_by

Start = Callable[[str], Component]


@pytest.fixture(scope="module")
def tokens(softhsm: SoftHsm, issued: Callable[[str], Issued]) -> SoftHsm:
    """Make one token with an EC key, one with RSA, one whose key wants the PIN each time."""
    softhsm.add("citizen", issued("wang-cert"), "246810")
    softhsm.add("rsa", issued("chen-cert"), "86420246")
    softhsm.add("careful", issued("unit1-card"), "10101010", asks_each_time=True)
    return softhsm


@pytest.fixture
def start(tokens: SoftHsm, tmp_path: Path) -> Iterator[Start]:
    """Start the component with these settings."""
    running: list[Component] = []

    def begin(settings: str) -> Component:
        running.append(Component.start(tmp_path / f"component{len(running)}", settings, tokens.env))
        return running[-1]

    yield begin
    for component in running:
        component.stop()


@pytest.fixture(scope="module")
def component(tokens: SoftHsm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Component]:
    """Run the component over all three; the kind of one is the profile's word."""
    profiles = tokens.settings("citizen") + tokens.settings("rsa", 'kind = "arc"\n') + tokens.settings("careful")
    running = Component.start(tmp_path_factory.mktemp("tokens"), profiles, tokens.env)
    yield running
    running.stop()


@pytest.mark.parametrize(
    ("kind", "pin", "name", "length"),
    [
        ("citizen", "246810", "王測明", 64),
        ("arc", "86420246", "陳範例", 256),
        ("unit", "10101010", "測試一號有限公司", 64),
    ],
    ids=["EC", "RSA", "EC that wants the PIN each time"],
)
def test_the_token_of_the_kind_signs_after_its_pin(
    component: Component, kind: str, pin: str, name: str, length: int
) -> None:
    answer = component.sign(kind=kind, pin=pin)

    assert answer.status_code == 200, answer.text
    assert name in signed_by(answer.json())
    assert len(urlsafe_b64decode(answer.json()["signature"] + "==")) == length


def test_each_token_is_shown_once(component: Component) -> None:
    kinds = sorted(reader["card"]["kind"] for reader in component.readers() if reader["card"])

    assert kinds == ["arc", "citizen", "unit"]
    assert told(component.sign(pin="246810")) == (409, 9057, "several_cards")


def test_a_token_refuses_with_the_numbers_of_the_help_desk(component: Component) -> None:
    def sign(pin: str | None) -> httpx2.Response:
        return component.sign(kind="citizen", pin=pin)

    assert told(sign("000000")) == (403, 9039, "pin_wrong")
    assert told(sign("12345")) == told(sign(None)) == (422, 9041, "pin_length")
    assert sign("246810").status_code == 200
    assert told(sign("000000")) == (403, 9039, "pin_wrong")  # nobody stays logged in
    assert [word for word in ("246810", "bm9uY2U", "王測明") if word in component.log()] == []


def test_no_token_another_one_and_no_module_are_told_apart(start: Start, tokens: SoftHsm, tmp_path: Path) -> None:
    other = start(tokens.settings("somebody else's"))
    assert told(other.sign(pin="246810")) == (422, 9057, "card_unreadable")

    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.conf").write_text(f"directories.tokendir = {tmp_path}/empty\n", encoding="utf-8")
    bare = Component.start(tmp_path / "bare", tokens.settings("any"), {"SOFTHSM2_CONF": str(tmp_path / "empty.conf")})
    try:
        assert told(bare.sign(pin="246810")) == (409, 9056, "card_absent")
    finally:
        bare.stop()

    gone = start('[[tokens]]\nmodule = "/nowhere/module.so"\n')
    assert gone.readers() == []
    assert told(gone.sign(pin="246810")) == (503, 8013, "reader_unavailable")
    assert "the module /nowhere/module.so cannot be used" in gone.log()


def test_a_token_without_pin_in_the_settings_is_asked_without_one(start: Start, tokens: SoftHsm) -> None:
    component = start(tokens.settings("citizen", "pin = false\n"))

    assert told(component.sign(pin="246810")) == (409, 9041, "certificate_unusable")


@pytest.mark.parametrize(
    ("fault", "number", "code"),
    [
        (faults.PinIncorrect, 9039, "pin_wrong"),
        (faults.PinLenRange, 9041, "pin_length"),
        (faults.PinLocked, 9043, "pin_locked"),
        (faults.UserPinNotInitialized, 9046, "card_not_activated"),
        (faults.TokenNotPresent, 9056, "card_absent"),
        (faults.TokenNotRecognised, 9057, "card_unreadable"),
    ],
)
def test_what_a_module_says_has_the_help_desks_number(fault: type[faults.PKCS11Error], number: int, code: str) -> None:
    refusal: type[Refusal] = MEANINGS[fault]

    assert (refusal.reader_code, refusal.code) == (number, code)
