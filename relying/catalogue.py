"""The catalogue of relying services: which functions belong to another system, where it is, and how it is known.

It is a TOML file that whoever runs the service writes; docs/relying.md explains it line by line.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from authsvc.core.i18n import Bilingual
from authsvc.identity.ways import Function
from authsvc.outside import is_near

BUILT_IN: Final = Path(__file__).with_name("services.toml")
ID: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
OF_A_PERSON: Final = "/functions/{id}"
OF_A_UNIT: Final = "/units/{{unit_code}}/functions/{id}"


class BadCatalogue(ValueError):
    """The file cannot be used; the message says what to set in it."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """A system that takes launches: its id, and the SHA-256 digests of the secrets by which it is known."""

    id: str
    secret_digests: Sequence[bytes] = field(default=(), repr=False)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A function that is another system's; without an `address` it is not connected here."""

    function: Function
    service: str
    about: Bilingual
    address: str | None

    @property
    def origin(self) -> str:
        """Return scheme, host and port of its address; empty where it is not connected."""
        place = urlsplit(self.address or "")
        return f"{place.scheme}://{place.netloc}" if self.address else ""

    @property
    def host(self) -> str:
        """Return the host that it leads to."""
        return urlsplit(self.address or "").hostname or ""


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """All entries by the id of their function, and all services by theirs."""

    entries: Mapping[str, Entry]
    services: Mapping[str, Service]


def load(path: Path | None, *, production: bool) -> Catalogue:
    """Return the catalogue of a file, or the built-in one; raise `BadCatalogue`.

    In production the built-in one is connected to nothing, and a file must name https addresses of the outside.
    """
    catalogue = _read(path or BUILT_IN)
    if not production:
        return catalogue
    if path is None:
        alone = {name: replace(entry, address=None) for name, entry in catalogue.entries.items()}
        return Catalogue(entries=alone, services={})
    _refuse_demo(catalogue)
    return catalogue


def _refuse_demo(catalogue: Catalogue) -> None:
    public = {digest for each in _read(BUILT_IN).services.values() for digest in each.secret_digests}
    for name, entry in catalogue.entries.items():
        if entry.address and (not entry.address.startswith("https://") or is_near(entry.host)):
            raise BadCatalogue(f"the address of {name} must be an https:// address, not one of this machine")
    for name, service in catalogue.services.items():
        if public & set(service.secret_digests):
            raise BadCatalogue(f"the secret of {name} is public: give the SHA-256 of a random one")


def _read(path: Path) -> Catalogue:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        ways = told.get("ways", {})
        services = {each["id"]: _service(each) for each in told.get("service", [])}
        entries = [_entry(each, ways, services) for each in told.get("entry", [])]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise BadCatalogue("it must be a TOML file in UTF-8 that can be read") from fault
    except (KeyError, TypeError, AttributeError) as fault:
        raise BadCatalogue(f"an entry or a service lacks {fault}, or has something else there") from fault
    found = {entry.function.id: entry for entry in entries}
    if len(found) < len(entries):
        raise BadCatalogue("each entry needs an id of its own")
    return Catalogue(entries=found, services=services)


def _service(told: Mapping[str, Any]) -> Service:
    digests = told["secret_sha256"]
    if not ID.fullmatch(told["id"]):
        raise BadCatalogue("the id of a service is a word of small letters, digits and _")
    if not digests or not all(isinstance(each, str) and DIGEST.fullmatch(each) for each in digests):
        raise BadCatalogue(f"secret_sha256 of {told['id']} must list SHA-256 digests of 64 hexadecimal digits")
    return Service(id=told["id"], secret_digests=tuple(bytes.fromhex(each) for each in digests))


def _entry(told: Mapping[str, Any], ways: Mapping[str, Any], services: Mapping[str, Service]) -> Entry:
    name, address, named = told["id"], told.get("address"), told["ways"]
    if not ID.fullmatch(name):
        raise BadCatalogue("the id of an entry is a word of small letters, digits and _")
    if told["audience"] not in ("anyone", "granted"):
        raise BadCatalogue(f"the audience of {name} must be anyone or granted")
    if told["service"] not in services:
        raise BadCatalogue(f"the service of {name} must be the id of a [[service]]")
    if address is not None and not _is_address(address):
        raise BadCatalogue(f"the address of {name} must be http(s)://host[:port]/path, without ? and #")
    function = Function(
        id=name,
        title=_both(told["title"]),
        href=(OF_A_PERSON if told["audience"] == "anyone" else OF_A_UNIT).format(id=name),
        ways=tuple(ways[named] if isinstance(named, str) else named),
        order=told["order"],
        card_bound=told.get("card_bound", False),
        for_units=told.get("for_units", False),
        audience=told["audience"],
    )
    return Entry(function=function, service=told["service"], about=_both(told["about"]), address=address)


def _both(told: Mapping[str, Any]) -> Bilingual:
    return Bilingual(zh=told["zh"], en=told["en"])


def _is_address(address: str) -> bool:
    try:
        place = urlsplit(address)
        port_fits = place.port is None or place.port > 0
    except ValueError:
        return False
    strange = any(mark in address for mark in "?#;, '\"") or not address.isascii() or place.username is not None
    return place.scheme in ("http", "https") and bool(place.hostname) and port_fits and not strange
