"""The environment, read once into a frozen object that refuses to be half-configured."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from environs import Env, EnvError

from authsvc.limits import too_weak, wrong_numbers
from authsvc.outside import (
    DEMO_TWFIDO_ID,
    DEMO_TWFIDO_KEY,
    LEAST_DIFFERENT_BYTES,
    TwFidoGiven,
    is_address,
    is_near,
    missing_from_twfido,
    read_twfido_key,
)

DEMO_ROOT_KEYS = "1:" + base64.urlsafe_b64encode(b"a demo key, never for production").decode()
ROOT_KEY_BYTES = 32
ADDRESSES = ("public_origin", "card_component_url", "registry_url", "telco_url", "twfido_url", "smtp_url")
VARIABLES = {
    **dict.fromkeys(("env", "role", "database_url", "redis_url", "mail_from", "otp_page_tag", *ADDRESSES), "str"),
    **dict.fromkeys(("card_component_least", "service_hours", "twfido_service_id", "twfido_app_url"), "str"),
    **dict.fromkeys(("trusted_proxies", "flood_limit", "device_limit", "otp_digits", "sweep_limit", "epoch"), "int"),
    **dict.fromkeys(("argon2_memory_kib", "argon2_time", "db_pool", "held_calls", "proof_of_work"), "int"),
    **dict.fromkeys(("lossy_mail_domains", "alert_mail"), "list"),
    **dict.fromkeys(("card_ca_file", "card_profiles_file", "twfido_ca_file", "clock_offset_file"), "path"),
    **dict.fromkeys(("revocations_file", "telco_operators_file", "relying_file"), "path"),
    **dict.fromkeys(("attestation_roots_file", "attestation_status_file"), "path"),
    **dict.fromkeys(("sessions_kept", "counter_idle", "counter_absolute"), "timedelta"),
    **dict.fromkeys(("session_idle", "session_absolute", "refresh_idle", "telco_sim_age"), "timedelta"),
}
PARTIES = ("registry_url", "telco_url", "twfido_url", "smtp_url")
DEFAULTS = {
    "registry_url": "http://127.0.0.1:8102",
    "telco_url": "http://127.0.0.1:8103",
    "twfido_url": "http://127.0.0.1:8104",
    "smtp_url": "smtp://127.0.0.1:8025",
}
HELD_CALLS_OF = {"push": 12_000}  # a thread of gevent's costs kilobytes; qrlogin/pushserver.py knows the number


class Misconfigured(RuntimeError):
    """The settings cannot work; the message says what to set."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that the environment decides; times are `timedelta`, addresses have no trailing slash."""

    env: Literal["dev", "production"] = "dev"
    public_origin: str = "http://localhost:8000"
    database_url: str = "sqlite:///instance/authsvc.db"
    redis_url: str | None = None
    root_keys: Mapping[int, bytes] = field(default_factory=lambda: read_root_keys(DEMO_ROOT_KEYS))
    card_ca_file: Path | None = None
    card_profiles_file: Path | None = None  # the kinds of card: policies, issuers, fields; none: the simulated ones
    attestation_roots_file: Path | None = None  # whose word about keys in chips counts; none: Google's, with the next
    attestation_status_file: Path | None = None  # Google's list of the certificates that are no longer valid
    card_component_url: str = "http://127.0.0.1:8101"
    card_component_least: str = "1.0"  # an older version of it is told to be updated
    registry_url: str = DEFAULTS["registry_url"]
    telco_url: str = DEFAULTS["telco_url"]
    telco_operators_file: Path | None = None  # the operators that vouch for their lines, instead of the five
    relying_file: Path | None = (
        None  # the functions that other systems have, and where; none: see relying/services.toml
    )
    telco_sim_age: timedelta = timedelta(days=7)  # a SIM that was changed within this time vouches for nobody
    twfido_url: str = DEFAULTS["twfido_url"]
    twfido_app_url: str = "mobilemoica://moica.moi.gov.tw/w2a/verifySign"  # opens the app on a phone
    twfido_service_id: str = DEMO_TWFIDO_ID  # what TW FidO gave us, with the AES key that seals our requests
    twfido_key: bytes = field(default=DEMO_TWFIDO_KEY, repr=False)
    twfido_ca_file: Path | None = None  # whose mobile certificates count; never the file of the cards
    smtp_url: str = DEFAULTS["smtp_url"]
    mail_from: str = "authsvc@localhost"
    trusted_proxies: int = 0
    flood_limit: int = 600
    clock_offset_file: Path | None = None
    role: Literal["all", "api", "push"] = "all"
    argon2_memory_kib: int = 65536
    argon2_time: int = 3
    proof_of_work: int = 2000  # tries of 1,000 rounds each, at most, that a browser makes before it may register
    db_pool: int = 16  # connections a process; PostgreSQL's max_connections (100) is for all processes together
    device_limit: int = 3
    otp_digits: int = 8
    otp_page_tag: Literal["off", "offered", "required"] = "off"  # whether a code is tied to its login page
    service_hours: str = ""  # when people may log in, by Taiwan's clock, such as 06:00-24:00; empty: always
    sweep_limit: int = 500  # wrong typed codes in ten minutes, over all people, that are taken for a sweep
    session_idle: timedelta = timedelta(minutes=15)
    session_absolute: timedelta = timedelta(hours=12)
    refresh_idle: timedelta = timedelta(days=180)  # a phone that does not call for so long proves its key anew
    sessions_kept: timedelta = timedelta(days=90)  # after its end a session, and the address in it, is erased
    counter_idle: timedelta = timedelta(minutes=15)
    counter_absolute: timedelta = timedelta(hours=8)  # a working day
    epoch: int = 0  # raised at every restore of an older database, never lowered
    revocations_file: Path | None = None  # what a restore must not bring back, kept beside the database
    alert_mail: tuple[str, ...] = ()  # who is told of an attack on the service as a whole
    lossy_mail_domains: tuple[str, ...] = ()  # mail providers known to lose our mails: people are warned
    held_calls: int = 24  # streams and long polls that a process holds at once; the rest are answered at once

    def __post_init__(self) -> None:
        """Refuse what cannot work anywhere, then what must not run in production."""
        if wrong := [*wrong_addresses(self), *wrong_numbers(vars(self))]:
            raise Misconfigured("Set " + "; ".join(wrong) + ".")
        if self.env == "production":
            refuse_demo(self)

    @property
    def secure(self) -> bool:
        """Tell whether the public origin is https."""
        return self.public_origin.startswith("https://")

    @property
    def twfido(self) -> TwFidoGiven:
        """Return what TW FidO gave us; in production its way in is there only where something was set."""
        return TwFidoGiven(self.twfido_service_id, self.twfido_key, self.twfido_ca_file, self.twfido_url)


def wrong_addresses(settings: Settings) -> list[str]:
    """Return what to set for each address that cannot be one."""
    wrong = []
    origin = urlsplit(settings.public_origin)
    bare = f"{origin.scheme}://{origin.netloc}" == settings.public_origin
    if not bare or not origin.hostname or origin.scheme not in ("http", "https"):
        wrong.append("AUTHSVC_PUBLIC_ORIGIN to scheme://host[:port], without a path")
    elif is_address(origin.hostname or ""):
        wrong.append("AUTHSVC_PUBLIC_ORIGIN to a name such as http://localhost:8000, not an address")
    for name in PARTIES:
        place = urlsplit(getattr(settings, name))
        if place.scheme not in (("smtp", "smtps") if name == "smtp_url" else ("http", "https")) or not place.hostname:
            wrong.append(f"AUTHSVC_{name.upper()} to an address with its scheme, such as {DEFAULTS[name]}")
    app = urlsplit(settings.twfido_app_url)
    if app.scheme not in ("mobilemoica", "https", "http") or not app.hostname or "?" in settings.twfido_app_url:
        wrong.append("AUTHSVC_TWFIDO_APP_URL to an address with its scheme, without a query")
    if len(settings.twfido_key) != ROOT_KEY_BYTES:
        wrong.append("AUTHSVC_TWFIDO_KEY to the base64 of 32 bytes")
    if urlsplit(settings.database_url).scheme not in ("sqlite", "postgresql", "postgresql+psycopg"):
        wrong.append("AUTHSVC_DATABASE_URL to sqlite:///… or postgresql://…")
    if "@" not in settings.mail_from:
        wrong.append("AUTHSVC_MAIL_FROM to the address that mails come from")
    if any("@" not in address for address in settings.alert_mail):
        wrong.append("AUTHSVC_ALERT_MAIL to mail addresses, with commas between them")
    return wrong


def read_root_keys(text: str) -> dict[int, bytes]:
    """Read `1:<base64url of 32 bytes>,2:…` into id → key; raise `Misconfigured` when malformed."""
    keys: dict[int, bytes] = {}
    for entry in text.replace("\n", ",").split(","):
        if not entry.strip():
            continue
        number, _, encoded = entry.strip().partition(":")
        try:
            key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
        except ValueError as fault:
            raise Misconfigured("AUTHSVC_ROOT_KEYS holds a key that is not base64url.") from fault
        if not number.isascii() or not number.isdigit() or not 0 < int(number) < 1 << 16:
            raise Misconfigured("AUTHSVC_ROOT_KEYS: each key needs a number from 1 to 65535 before its colon.")
        if len(key) != ROOT_KEY_BYTES:
            raise Misconfigured("AUTHSVC_ROOT_KEYS: each key must be 32 bytes.")
        if int(number) in keys:
            raise Misconfigured("AUTHSVC_ROOT_KEYS: each key needs a number of its own.")
        keys[int(number)] = key
    if not keys:
        raise Misconfigured("Set AUTHSVC_ROOT_KEYS or AUTHSVC_ROOT_KEYS_FILE to `1:<base64url of 32 random bytes>`.")
    return keys


def refuse_demo(settings: Settings) -> None:
    """Raise `Misconfigured` for whatever is fit for a laptop only."""
    wrong = []
    demo = set(read_root_keys(DEMO_ROOT_KEYS).values())
    if any(key in demo or len(set(key)) < LEAST_DIFFERENT_BYTES for key in settings.root_keys.values()):
        wrong.append("AUTHSVC_ROOT_KEYS (or …_FILE) to secret random keys: one of them is public or no key at all")
    if not settings.secure:
        wrong.append("AUTHSVC_PUBLIC_ORIGIN to an https:// origin")
    if settings.card_ca_file is None:
        wrong.append("AUTHSVC_CARD_CA_FILE to the card issuers' certificates")
    if settings.clock_offset_file is not None:
        wrong.append("no AUTHSVC_CLOCK_OFFSET_FILE: a production clock is not moved")
    if settings.flood_limit <= 0:
        wrong.append("AUTHSVC_FLOOD_LIMIT to requests a minute above 0")
    wrong += too_weak(vars(settings))
    wrong += missing_from_twfido(settings.twfido)
    for name in (*PARTIES, "twfido_app_url"):
        if is_near(urlsplit(getattr(settings, name)).hostname):
            wrong.append(f"AUTHSVC_{name.upper()} to the real party: this is a simulator's address")
    if wrong:
        raise Misconfigured("Not fit for production. Set " + "; ".join(wrong) + ".")


def from_env() -> Settings:
    """Read the process's environment once; raise `Misconfigured` with all that is wrong."""
    env = Env(prefix="AUTHSVC_", eager=False)
    given: dict[str, Any] = {name: getattr(env, kind)(name.upper(), None) for name, kind in VARIABLES.items()}
    given["twfido_key"] = read_twfido_key(env.str("TWFIDO_KEY", None))
    keys_file, keys_text = env.path("ROOT_KEYS_FILE", None), env.str("ROOT_KEYS", None)
    try:
        env.seal()
    except EnvError as fault:
        raise Misconfigured(str(fault)) from fault
    if keys_file:
        try:
            keys_text = keys_file.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as fault:
            raise Misconfigured("Set AUTHSVC_ROOT_KEYS_FILE to a file of ASCII text that can be read.") from fault
    if keys_text:
        given["root_keys"] = read_root_keys(keys_text)
    for listed in ("lossy_mail_domains", "alert_mail"):
        if given[listed] is not None:
            given[listed] = tuple(name.strip().lower() for name in given[listed] if name.strip())
    chosen = given["held_calls"]
    given["held_calls"] = HELD_CALLS_OF.get(given["role"]) if chosen is None else chosen
    for name, value in given.items():
        if name in ADDRESSES and value:
            given[name] = value.rstrip("/")
    if given["env"] not in (None, "dev", "production") or given["role"] not in (None, "all", "api", "push"):
        raise Misconfigured("Set AUTHSVC_ENV to dev or production, AUTHSVC_ROLE to all, api or push.")
    return Settings(**{name: value for name, value in given.items() if value is not None})
