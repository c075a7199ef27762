import base64
import os
import re
import subprocess
import sys
from dataclasses import FrozenInstanceError
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from authsvc.core.clock import SystemClock
from authsvc.outside import DEMO_TWFIDO_ID, DEMO_TWFIDO_KEY
from authsvc.settings import DEMO_ROOT_KEYS, Misconfigured, Settings, read_root_keys
from mocks.card.cards import Deck
from wsgi import build

SECRET = bytes(range(32))
KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
ROOT = Path(__file__).parents[2]
SHOW = """
import sys
from authsvc.settings import Misconfigured, from_env
try:
    settings = from_env()
except Misconfigured as fault:
    sys.exit(str(fault))
print([getattr(settings, name) for name in sys.argv[1:]])
"""


def production(**changes: Any) -> Settings:
    """Return settings that are fit for production, but for what is changed."""
    fit: dict[str, Any] = {
        "env": "production",
        "public_origin": "https://portal.example",
        "root_keys": {1: SECRET},
        "card_ca_file": Path("/etc/authsvc/ca.pem"),
        "registry_url": "https://registry.example",
        "telco_url": "https://telco.example",
        "twfido_url": "https://twfido.example",
        "twfido_key": SECRET,
        "twfido_service_id": "7b2c7f94-9f7b-481a-89a8-56b883dea695",
        "twfido_ca_file": Path("/etc/authsvc/twfido-ca.pem"),
        "smtp_url": "smtp://mail.example",
    }
    return Settings(**fit | changes)


def test_a_whole_configuration_starts_in_production() -> None:
    assert production().secure
    assert not Settings().secure


def test_a_deployment_that_tw_fido_gave_nothing_starts_without_it(deck: Deck, tmp_path: Path) -> None:
    anchors = tmp_path / "ca.pem"
    anchors.write_bytes(deck.ca_bundle())
    nothing = {"twfido_key": DEMO_TWFIDO_KEY, "twfido_service_id": DEMO_TWFIDO_ID, "twfido_ca_file": None}
    app = build(production(**nothing, card_ca_file=anchors), clock=SystemClock())

    assert "/api/v1/twfido-logins" not in {rule.rule for rule in app.url_map.iter_rules()}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"root_keys": read_root_keys(DEMO_ROOT_KEYS)}, "AUTHSVC_ROOT_KEYS (or …_FILE) to secret random keys"),
        ({"root_keys": {2: next(iter(read_root_keys(DEMO_ROOT_KEYS).values()))}}, "AUTHSVC_ROOT_KEYS (or …_FILE)"),
        ({"root_keys": {1: SECRET} | {2: next(iter(read_root_keys(DEMO_ROOT_KEYS).values()))}}, "AUTHSVC_ROOT_KEYS"),
        ({"root_keys": {1: bytes(32)}}, "AUTHSVC_ROOT_KEYS (or …_FILE) to secret random keys"),
        ({"argon2_memory_kib": 64}, "AUTHSVC_ARGON2_MEMORY_KIB to 19456 or more"),
        ({"proof_of_work": 100}, "AUTHSVC_PROOF_OF_WORK to 500 or more"),
        ({"registry_url": "http://127.0.0.2:8102"}, "AUTHSVC_REGISTRY_URL to the real party"),
        ({"registry_url": "http://0.0.0.0:8102"}, "AUTHSVC_REGISTRY_URL to the real party"),
        ({"public_origin": "http://portal.example"}, "AUTHSVC_PUBLIC_ORIGIN to an https:// origin"),
        ({"card_ca_file": None}, "AUTHSVC_CARD_CA_FILE to the card issuers' certificates"),
        ({"clock_offset_file": Path("offset")}, "no AUTHSVC_CLOCK_OFFSET_FILE"),
        ({"flood_limit": 0}, "AUTHSVC_FLOOD_LIMIT to requests a minute above 0"),
        ({"registry_url": "http://127.0.0.1:8102"}, "AUTHSVC_REGISTRY_URL to the real party"),
        ({"telco_url": "http://localhost:8103"}, "AUTHSVC_TELCO_URL to the real party"),
        ({"twfido_url": "https://[::1]:8104"}, "AUTHSVC_TWFIDO_URL to the real party"),
        ({"smtp_url": "smtp://127.0.0.1:8025"}, "AUTHSVC_SMTP_URL to the real party"),
        ({"twfido_key": DEMO_TWFIDO_KEY}, "AUTHSVC_TWFIDO_KEY to the secret key that TW FidO gave you"),
        ({"twfido_key": b"k" * 32}, "AUTHSVC_TWFIDO_KEY to the secret key that TW FidO gave you"),
        ({"twfido_service_id": DEMO_TWFIDO_ID}, "AUTHSVC_TWFIDO_SERVICE_ID to the id that TW FidO gave you"),
        ({"twfido_ca_file": None}, "AUTHSVC_TWFIDO_CA_FILE to the issuers of mobile certificates"),
        ({"twfido_url": "http://twfido.example"}, "AUTHSVC_TWFIDO_URL to an https:// address"),
        ({"twfido_app_url": "http://127.0.0.1:8104/w2a/verifySign"}, "AUTHSVC_TWFIDO_APP_URL to the real party"),
    ],
)
def test_a_half_configured_production_does_not_start_and_says_what_to_set(
    change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Misconfigured) as refusal:
        production(**change)
    assert str(refusal.value).startswith(f"Not fit for production. Set {sentence}")
    assert ";" not in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"registry_url": "nonsense"}, "AUTHSVC_REGISTRY_URL to an address with its scheme"),
        ({"smtp_url": "http://mail.example"}, "AUTHSVC_SMTP_URL to an address with its scheme"),
        ({"database_url": "mysql://db.example/x"}, "AUTHSVC_DATABASE_URL to sqlite:///"),
        ({"mail_from": ""}, "AUTHSVC_MAIL_FROM to the address"),
        ({"twfido_key": b""}, "AUTHSVC_TWFIDO_KEY to the base64 of 32 bytes"),
        ({"twfido_app_url": "javascript://x.y/z"}, "AUTHSVC_TWFIDO_APP_URL to an address with its scheme"),
        ({"twfido_app_url": "mobilemoica:verifySign"}, "AUTHSVC_TWFIDO_APP_URL to an address with its scheme"),
        ({"trusted_proxies": -1}, "AUTHSVC_TRUSTED_PROXIES to 0 or more"),
        ({"device_limit": 0}, "AUTHSVC_DEVICE_LIMIT to 1 or more"),
        ({"epoch": -1}, "AUTHSVC_EPOCH to 0 or more"),
        ({"proof_of_work": 1}, "AUTHSVC_PROOF_OF_WORK to 2 or more"),
        ({"refresh_idle": timedelta(0)}, "AUTHSVC_REFRESH_IDLE to a time above 0"),
        ({"session_idle": timedelta(0)}, "AUTHSVC_SESSION_IDLE to a time above 0"),
        ({"public_origin": "https://portal.example?x"}, "AUTHSVC_PUBLIC_ORIGIN to scheme://host[:port]"),
        ({"public_origin": "https://10.0.0.1"}, "AUTHSVC_PUBLIC_ORIGIN to a name"),
    ],
)
def test_what_can_never_work_does_not_start_anywhere(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Misconfigured, match=re.escape(sentence)):
        Settings(**change)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(Misconfigured) as refusal:
        Settings(env="production", flood_limit=0)
    assert str(refusal.value).count(";") == 7


@pytest.mark.parametrize("origin", ["https://portal.example", "http://localhost:8000", "https://portal.example:8443"])
def test_an_origin_is_scheme_and_host(origin: str) -> None:
    assert Settings(public_origin=origin).public_origin == origin


@pytest.mark.parametrize(
    "origin",
    ["", "portal.example", "ftp://portal.example", "https://", "https://portal.example/", "https://portal.example/app"],
)
def test_anything_else_is_no_origin(origin: str) -> None:
    with pytest.raises(Misconfigured, match="AUTHSVC_PUBLIC_ORIGIN to scheme"):
        Settings(public_origin=origin)


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "http://[::1]:8000"])
def test_an_address_is_no_origin_because_passkeys_need_a_name(origin: str) -> None:
    with pytest.raises(Misconfigured, match="to a name such as"):
        Settings(public_origin=origin)


@pytest.mark.parametrize("digits", [5, 9, 0])
def test_a_code_has_six_to_eight_digits(digits: int) -> None:
    with pytest.raises(Misconfigured, match="AUTHSVC_OTP_DIGITS to 6, 7 or 8"):
        Settings(otp_digits=digits)


@pytest.mark.parametrize("hours", ["", "06:00-24:00", "00:00-24:00", "08:30-17:30", "00:00-00:01"])
def test_hours_of_one_day_are_taken(hours: str) -> None:
    assert Settings(service_hours=hours).service_hours == hours


@pytest.mark.parametrize(
    "hours", ["6-24", "06:00", "06:00–24:00", "24:00-06:00", "22:00-06:00", "06:00-06:00", "06:00-24:01", "25:00-26:00"]
)
def test_hours_that_are_none_are_refused(hours: str) -> None:
    with pytest.raises(Misconfigured, match="AUTHSVC_SERVICE_HOURS to hours of one day"):
        Settings(service_hours=hours)


def test_settings_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().env = "production"  # type: ignore[misc]


def test_root_keys_are_read_with_or_without_padding_on_one_line_or_several() -> None:
    other = base64.urlsafe_b64encode(b"o" * 32).decode().rstrip("=")

    assert read_root_keys(f"1:{KEY},2:{other}") == {1: b"k" * 32, 2: b"o" * 32}
    assert read_root_keys(f" 65535:{other} \n1:{KEY}\n\n") == {1: b"k" * 32, 65535: b"o" * 32}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Set AUTHSVC_ROOT_KEYS or"),
        (" ,\n", "Set AUTHSVC_ROOT_KEYS or"),
        (KEY, "number from 1 to 65535"),
        (f"0:{KEY}", "number from 1 to 65535"),
        (f"65536:{KEY}", "number from 1 to 65535"),
        (f"-1:{KEY}", "number from 1 to 65535"),
        (f"１:{KEY}", "number from 1 to 65535"),
        (f"a:{KEY}", "number from 1 to 65535"),
        ("1:AAAA", "must be 32 bytes"),
        (f"1:{KEY[:-4]}AAAAAAAA", "must be 32 bytes"),
        ("1:A", "not base64url"),
        (f"1:{KEY},1:{KEY}", "number of its own"),
        ("1:é", "not base64url"),
        (f"1:{KEY[:20]}!!!!{KEY[20:]}", "not base64url"),
    ],
)
def test_a_root_key_of_another_form_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(Misconfigured) as refusal:
        read_root_keys(text)
    assert sentence in str(refusal.value)
    assert KEY not in str(refusal.value)


def from_env(*names: str, **environment: str) -> tuple[int, str]:
    """Read the settings in a process with exactly this environment; return its exit code and what it said."""
    env = {"PATH": os.environ["PATH"]} | {f"AUTHSVC_{name}": value for name, value in environment.items()}
    done = subprocess.run(
        [sys.executable, "-c", SHOW, *names], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout.strip() or done.stderr.strip()


def test_an_empty_environment_is_a_laptop() -> None:
    assert from_env("env", "public_origin", "role", "otp_digits") == (0, "['dev', 'http://localhost:8000', 'all', 8]")


def test_the_environment_is_read(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"3:{KEY}\n", encoding="ascii")
    names = ("root_keys", "registry_url", "session_idle", "device_limit", "role")
    given = {"REGISTRY_URL": "http://registry.example/", "SESSION_IDLE": "60", "DEVICE_LIMIT": "2", "ROLE": "api"}
    shown = from_env(*names, ROOT_KEYS_FILE=str(keys), **given)
    assert shown == (
        0,
        f"[{{3: {b'k' * 32!r}}}, 'http://registry.example', datetime.timedelta(seconds=60), 2, 'api']",
    )


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"ENV": "staging"}, "Set AUTHSVC_ENV to dev or production"),
        ({"ROLE": "none"}, "AUTHSVC_ROLE to all, api or push"),
        ({"ENV": "production"}, "Not fit for production"),
        ({"DEVICE_LIMIT": "many", "FLOOD_LIMIT": "x"}, "AUTHSVC_FLOOD_LIMIT"),
        ({"ROOT_KEYS": "1:short"}, "AUTHSVC_ROOT_KEYS"),
        ({"ROOT_KEYS_FILE": "/nowhere/keys"}, "AUTHSVC_ROOT_KEYS_FILE"),
    ],
)
def test_a_wrong_environment_is_told_in_one_sentence(environment: dict[str, str], sentence: str) -> None:
    code, said = from_env(**environment)

    assert code == 1
    assert sentence in said
    assert "Traceback" not in said
