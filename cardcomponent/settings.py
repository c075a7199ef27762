"""What the person or their administrator has set: a TOML file, read once; unknown or odd entries stop the start."""

import os
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from cardcomponent.origins import checked_origin
from cardcomponent.profiles import DEFAULT_CARDS, DEFAULT_POLICIES, CardProfile, Padding, Signing, TokenProfile
from cardcomponent.readers import KINDS, Kind

Policies = Mapping[str, Kind]
Profile = TypeVar("Profile", CardProfile, TokenProfile)

FOLDER_VARIABLE: Final = "CARDCOMPONENT_FOLDER"
LARGEST_PORT: Final = 65535
LARGEST_REFERENCE: Final = 0xFF
SECONDS: Final = range(1, 121)
AID_LENGTHS: Final = range(5, 17)
WAYS_TO_ASK: Final = ("auto", "window", "terminal", "never")


class SettingsWrong(Exception):
    """A setting that cannot be used; the message says which and what it may be."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings, with their defaults."""

    folder: Path
    port: int = 8101
    origins: tuple[str, ...] = ()
    ask: str | tuple[str, ...] = "auto"  # or a program and its arguments, "{origin}" in them; its status 0 is a yes
    ask_seconds: int = 60
    card_seconds: int = 30
    policies: Policies = field(default_factory=lambda: dict(DEFAULT_POLICIES))
    cards: tuple[CardProfile, ...] = DEFAULT_CARDS
    tokens: tuple[TokenProfile, ...] = ()

    @property
    def consents(self) -> Path:
        """Return the file of the person's answers."""
        return self.folder / "origins.json"


def default_folder() -> Path:
    """Return where settings and answers are kept unless the command line says otherwise."""
    return Path(os.environ.get(FOLDER_VARIABLE) or Path.home() / ".cardcomponent")


def read(folder: Path, *, port: int | None = None, origins: Sequence[str] = ()) -> Settings:
    """Read `config.toml` of a folder; what the command line gives goes before it. Raises `SettingsWrong`."""
    path = folder / "config.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SettingsWrong(f"{path}: {fault}") from fault
    given = {**({} if port is None else {"port": port}), **({"origins": list(origins)} if origins else {})}
    found = _members("the file", {**table, **given}, READ_AS)
    if found.get("tokens"):
        found.setdefault("cards", ())  # whoever names tokens alone has no use for the readers of PC/SC
    return Settings(folder=folder, **found)


Reader = Callable[[str, Any], Any]


def _members(place: str, table: Mapping[str, Any], readers: Mapping[str, Reader]) -> dict[str, Any]:
    unknown = sorted(table.keys() - readers.keys())
    if unknown:
        raise SettingsWrong(f"{unknown[0]} in {place} is unknown; there are: {', '.join(sorted(readers))}.")
    return {name: readers[name](name, value) for name, value in table.items()}


def _number(least: int, most: int) -> Reader:
    def read_number(name: str, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise SettingsWrong(f"{name} is a number from {least} to {most}.")
        return value

    return read_number


def _one_of(*choices: str) -> Reader:
    def read_choice(name: str, value: Any) -> Any:
        if value not in choices:
            raise SettingsWrong(f"{name} is one of: {', '.join(choices)}.")
        return value

    return read_choice


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise SettingsWrong(f"{name} is a text.")
    return value


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise SettingsWrong(f"{name} is true or false.")
    return value


def _origins(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise SettingsWrong(f"{name} is a list of web origins.")
    try:
        return tuple(checked_origin(str(each)) for each in value)
    except ValueError as fault:
        raise SettingsWrong(f"{name}: {fault}") from fault


def _ask(name: str, value: Any) -> str | tuple[str, ...]:
    if value in WAYS_TO_ASK:
        return str(value)
    if not isinstance(value, list) or not value or not all(isinstance(part, str) and part for part in value):
        raise SettingsWrong(f"{name} is one of: {', '.join(WAYS_TO_ASK)}; or a list: a program and its arguments.")
    return tuple(value)


def _bytes(lengths: Sequence[int]) -> Reader:
    def read_bytes(name: str, value: Any) -> bytes:
        try:
            found = bytes.fromhex(_text(name, value))
        except ValueError:
            found = b""
        if len(found) not in lengths:
            raise SettingsWrong(f"{name} is {lengths[0]} to {lengths[-1]} bytes in hexadecimal digits.")
        return found

    return read_bytes


def _path_on_card(name: str, value: Any) -> tuple[bytes, ...]:
    identifiers = value if isinstance(value, list) else [value]
    if not identifiers:
        raise SettingsWrong(f"{name} is a file identifier, or a list of them.")
    return tuple(_bytes(range(2, 3))(name, each) for each in identifiers)


def _policies(name: str, value: Any) -> Policies:
    if not isinstance(value, dict):
        raise SettingsWrong(f"{name} is a table: policy = kind of card.")
    return {oid: _one_of(*KINDS)(f"{name}.{oid}", kind) for oid, kind in value.items()}


def _list_of(profile: type[Profile], readers: Mapping[str, Reader]) -> Reader:
    required = {each.name for each in fields(profile) if each.default is MISSING}

    def read_list(name: str, value: Any) -> tuple[Profile, ...]:
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise SettingsWrong(f"{name} are tables: [[{name}]].")
        missing = [member for each in value for member in sorted(required - each.keys())]
        if missing:
            raise SettingsWrong(f"{missing[0]} is missing in [[{name}]].")
        return tuple(profile(**_members(f"[[{name}]]", each, readers)) for each in value)

    return read_list


_REFERENCE: Final = _number(0, LARGEST_REFERENCE)
_CARD: Final[dict[str, Reader]] = {
    "name": _text,
    "aid": _bytes(AID_LENGTHS),
    "certificate": _path_on_card,
    "pin": _REFERENCE,
    "pin_padding": _one_of(*get_args(Padding)),
    "key": _REFERENCE,
    "algorithm": _REFERENCE,
    "signing": _one_of(*get_args(Signing)),
    "kind": _one_of(*KINDS),
}
_TOKEN: Final[dict[str, Reader]] = {
    "module": lambda name, value: Path(_text(name, value)),
    "label": _text,
    "certificate": _text,
    "pin": _flag,
    "kind": _one_of(*KINDS),
}
READ_AS: Final[dict[str, Reader]] = {
    "port": _number(0, LARGEST_PORT),
    "origins": _origins,
    "ask": _ask,
    "ask_seconds": _number(SECONDS[0], SECONDS[-1]),
    "card_seconds": _number(SECONDS[0], SECONDS[-1]),
    "policies": _policies,
    "cards": _list_of(CardProfile, _CARD),
    "tokens": _list_of(TokenProfile, _TOKEN),
}
