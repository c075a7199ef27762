"""The parts alone: settings, words, the command line, and what a card's answers mean."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cardcomponent import iso7816, refusals
from cardcomponent.profiles import DEFAULT_CARDS
from cardcomponent.refusals import Refusal
from cardcomponent.settings import SettingsWrong, read
from tests.cardcomponent.component import ROOT
from tests.cardcomponent.pcscd import Pcscd
from tests.cardcomponent.virtual_card import VirtualCard

PROFILE = DEFAULT_CARDS[1]
TESTS = Path(__file__).parent


def settings(folder: Path, text: str) -> Path:
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return folder


def every_refusal() -> list[type[Refusal]]:
    return [kind for kind in vars(refusals).values() if isinstance(kind, type) and issubclass(kind, Refusal)][1:]


def test_settings_describe_an_issuers_cards_and_tokens(tmp_path: Path) -> None:
    found = read(
        settings(
            tmp_path,
            """
            origins = ["https://portal.example"]
            ask = ["zenity", "--question", "--text={origin}"]
            [policies]
            "1.2.3" = "citizen"
            [[cards]]
            name = "an issuer's"
            aid = "A0 00 00 00 18 0C 00 01"
            certificate = ["5015", "4401"]
            pin = 0x81
            pin_padding = "ff"
            key = 0x82
            signing = "internal-authenticate"
            kind = "unit"
            [[tokens]]
            module = "/usr/lib/module.so"
            """,
        ),
        port=8199,
    )

    (card,), (token,) = found.cards, found.tokens
    assert (found.port, found.origins, found.policies) == (8199, ("https://portal.example",), {"1.2.3": "citizen"})
    assert (card.aid.hex(), card.certificate, card.pin) == ("a0000000180c0001", (b"\x50\x15", b"\x44\x01"), 0x81)
    assert (token.module, token.pin) == (Path("/usr/lib/module.so"), True)


def test_without_a_file_the_documented_cards_are_known_and_tokens_alone_need_no_reader(tmp_path: Path) -> None:
    assert read(tmp_path).cards == DEFAULT_CARDS
    assert read(settings(tmp_path, '[[tokens]]\nmodule = "/m.so"\n')).cards == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("prot = 8101", "prot"),
        ("port = true", "port is a number"),
        ("port = 70000", "port is a number"),
        ("ask_seconds = 0", "ask_seconds"),
        ('origins = "https://portal.example"', "origins is a list"),
        ('origins = ["*"]', "no web origin"),
        ('origins = ["http://portal.example"]', "not https"),
        ('ask = "yes"', "ask is one of"),
        ('[policies]\n"1.2" = "bus"', "policies.1.2"),
        ('[[cards]]\nname = "x"\naid = "A000000001"', "certificate is missing"),
        ('[[cards]]\nname = "x"\naid = "A0"\ncertificate = "0101"', "aid is 5 to 16 bytes"),
        ('[[cards]]\nname = "x"\naid = "A000000001"\ncertificate = []', "certificate is"),
        ('[[cards]]\nname = "x"\naid = "A000000001"\ncertificate = "0101"\nsigning = "guess"', "signing is one of"),
        ('[[tokens]]\nmodule = ""', "module is a text"),
        ('[[tokens]]\nmodule = "/m.so"\npin = "no"', "pin is true or false"),
        ("port = ", "config.toml"),
    ],
)
def test_a_setting_that_cannot_be_used_stops_the_start_with_its_name(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsWrong, match=told):
        read(settings(tmp_path, text))


def test_the_command_line_says_what_is_missing_and_what_it_sees(
    tmp_path: Path, pcscd: Pcscd, put_in: Callable[..., VirtualCard]
) -> None:
    def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "cardcomponent", "--folder", str(tmp_path), *arguments]
        return subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, check=False)

    refused = run()
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "no web origin may ask" in refused.stderr

    put_in("wang-nhi")
    seen = run("check", PCSCLITE_CSOCK_NAME=str(pcscd.socket), PYTHONIOENCODING="utf-8")
    assert f"{pcscd.slots[0].name}: nhi: 王測明" in seen.stdout
    nothing = run("check", PCSCLITE_CSOCK_NAME="/nowhere")
    assert (nothing.returncode, "no reader [8013]" in nothing.stdout) == (1, True)


def test_every_refusal_has_a_code_of_its_own_words_in_both_languages_and_a_test() -> None:
    kinds = every_refusal()
    told = "".join(path.read_text(encoding="utf-8") for path in TESTS.glob("test_*.py"))

    assert len({kind.code for kind in kinds}) == len(kinds) >= 17
    assert [kind.code for kind in kinds if not all(kind.detail) or kind.detail.en == kind.detail.zh] == []
    assert [kind.code for kind in kinds if f'"{kind.code}"' not in told] == []


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("63c2", refusals.PinWrong),
        ("6300", refusals.PinWrong),
        ("63c0", refusals.PinLocked),
        ("6983", refusals.PinLocked),
        ("6984", refusals.CertificateUnusable),
        ("6700", refusals.PinLength),
        ("6a88", refusals.CardUnreadable),
        ("6581", refusals.ReaderUnavailable),
        ("6f00", refusals.ReaderUnavailable),
    ],
)
def test_what_a_card_says_to_a_pin_is_told(word: str, expected: type[Refusal]) -> None:
    with pytest.raises(expected):
        iso7816.verify_pin(lambda _command: bytes.fromhex(word), PROFILE, "123456")


def test_a_card_may_correct_the_length_and_hand_out_the_rest() -> None:
    asked: list[str] = []
    answers = iter(["6c10", "01020304" + "6103", "0506" + "6101", "07" + "9000"])

    def exchange(command: bytes) -> bytes:
        asked.append(command.hex())
        return bytes.fromhex(next(answers))

    reply = iso7816.send(exchange, bytes.fromhex("00b00000"), expected=256)

    assert (reply.data.hex(), reply.status) == ("01020304050607", 0x9000)
    assert asked == ["00b0000000", "00b0000010", "00c0000003", "00c0000001"]


@pytest.mark.parametrize("lie", ["3082ffff", "30800000", "04820100", ""])
def test_a_card_that_lies_about_its_file_is_not_read_for_ever(lie: str) -> None:
    asked: list[bytes] = []

    def exchange(command: bytes) -> bytes:
        asked.append(command)
        return bytes.fromhex(lie) + b"\x90\x00" if command[1] == 0xB0 else b"\x90\x00"

    with pytest.raises(refusals.CardUnreadable):
        iso7816.read_certificate(exchange, PROFILE)
    assert len(asked) < 5


def test_a_pin_is_filled_up_where_the_profile_says_so() -> None:
    asked: list[bytes] = []

    def exchange(command: bytes) -> bytes:
        asked.append(command)
        return b"\x90\x00"

    iso7816.verify_pin(
        exchange, PROFILE.__class__(name="x", aid=b"", certificate=(), pin=1, pin_padding="ff"), "123456"
    )

    assert asked == [bytes.fromhex("0020000108") + b"123456\xff\xff"]
