"""Given: a real PC/SC daemon with virtual cards, a real software token, and the component over them as a process."""

import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mocks.card.cards import Deck, open_deck
from mocks.card.vault import CardKey, Vault
from mocks.people import World
from tests.cardcomponent.component import ROOT, Component
from tests.cardcomponent.pcscd import HELP, Pcscd
from tests.cardcomponent.virtual_card import CERTIFICATE_APPLICATION, HEALTH_APPLICATION, VirtualCard

SOFTHSM = next(
    filter(Path.exists, map(Path, ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so"))), None
)


@dataclass(frozen=True)
class Issued:
    """What an issuer puts on a card; the issuer is the one that the service trusts in tests."""

    key: CardKey
    certificate: bytes
    pin: str | None


@pytest.fixture(scope="session")
def issued(card_folder: Path, world: World) -> Callable[[str], Issued]:
    """Return what is to be put on the card of a name."""
    deck: Deck = open_deck(card_folder, world=world)

    def issue(card_id: str) -> Issued:
        record = next(card.record for card in deck.all() if card.record.id == card_id)
        certificate = deck.certificate(card_id).public_bytes(Encoding.DER)
        return Issued(Vault(card_folder).key(card_id, record.algorithm), certificate, record.pin)

    return issue


@pytest.fixture(scope="session")
def pcscd() -> Iterator[Pcscd]:
    # A socket's path has at most 107 characters: pytest's folders are too deep.
    with TemporaryDirectory(prefix="pcscd-") as folder:
        daemon = Pcscd(Path(folder))
        daemon.start()
        yield daemon
        daemon.stop()


@pytest.fixture(scope="module")
def reader_component(pcscd: Pcscd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Component]:
    """Run the component on PC/SC, with the documented profiles."""
    environment = {"PCSCLITE_CSOCK_NAME": str(pcscd.socket)}
    component = Component.start(tmp_path_factory.mktemp("reader"), "card_seconds = 2\n", environment)
    yield component
    component.stop()


@pytest.fixture
def put_in(pcscd: Pcscd, issued: Callable[[str], Issued]) -> Iterator[Callable[..., VirtualCard]]:
    """Put a card of that name into a slot."""

    def put(name: str, slot: int = 0, **changes: object) -> VirtualCard:
        given = issued(name)
        application = CERTIFICATE_APPLICATION if given.pin else HEALTH_APPLICATION
        content = {"key": given.key, "certificate": given.certificate, "pin": given.pin, "application": application}
        card = VirtualCard(**{**content, **changes})  # type: ignore[arg-type]
        pcscd.slots[slot].insert(card)
        return card

    yield put
    pcscd.slots[1].remove()  # what is in the other stays until somebody puts another in its place


@dataclass(frozen=True)
class SoftHsm:
    """A folder of software tokens that no hardware holds, but that are asked like any."""

    folder: Path

    @property
    def module(self) -> Path:
        assert SOFTHSM is not None, f"libsofthsm2.so is missing: {HELP}"
        return SOFTHSM

    @property
    def env(self) -> dict[str, str]:
        return {"SOFTHSM2_CONF": str(self.folder / "softhsm2.conf")}

    def settings(self, label: str, more: str = "") -> str:
        """Return the settings that let the component use one token."""
        return f'[[tokens]]\nmodule = "{self.module}"\nlabel = "{label}"\n{more}'

    def add(self, label: str, given: Issued, pin: str, *, asks_each_time: bool = False) -> None:
        """Make a token with a key and its certificate."""
        env = {**os.environ, **self.env}
        init = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", pin, "--so-pin", "87654321"]
        subprocess.run(init, env=env, check=True, capture_output=True)
        key = given.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        content = {"certificate": b64encode(given.certificate).decode(), "key": b64encode(key).decode()}
        subprocess.run(
            [sys.executable, "-m", "tests.cardcomponent.make_token", str(self.module), label, pin],
            cwd=ROOT,
            env=env,
            input=json.dumps({**content, "asks_each_time": asks_each_time}).encode(),
            check=True,
        )


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> SoftHsm:
    """Prepare an empty folder of tokens."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(
        f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n", encoding="utf-8"
    )
    return SoftHsm(folder)
