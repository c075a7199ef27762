"""What comes together in the component: two profiles over one card, two programs over one file; and what is odd."""

import datetime as dt
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID, NameOID

from cardcomponent import certificates
from cardcomponent.app import create_app
from cardcomponent.consent import Nobody, Permission
from cardcomponent.desk import Desk, Wish
from cardcomponent.origins import Consents
from cardcomponent.readers import SeenCard, Slot
from cardcomponent.refusals import CardUnreadable, SeveralCards
from cardcomponent.turn import Turn

KEY = ec.generate_private_key(ec.SECP256R1())
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "王測明"), x509.NameAttribute(NameOID.SERIAL_NUMBER, "1")])
PORTAL = "https://portal.example"
WISH = Wish(origin=PORTAL, purpose="login", challenge_id="a", nonce="b", kind="citizen")


def certificate(number: int, alternative_name: bytes | None = None) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder(subject_name=NAME, issuer_name=NAME, public_key=KEY.public_key(), serial_number=number)
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2040, 1, 1, tzinfo=dt.UTC))
    )
    if alternative_name is not None:
        odd = x509.UnrecognizedExtension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, alternative_name)
        builder = builder.add_extension(odd, critical=False)
    return builder.sign(KEY, hashes.SHA256())


class Profile:
    """Sees one card in one reader, and signs with its key."""

    def __init__(self, seen: x509.Certificate, reader: str = "Reader 0") -> None:
        self._slot = Slot(reader, card=SeenCard(seen, "citizen", "王測明", "1", needs_pin=True))

    def look(self) -> list[Slot]:
        return [self._slot]

    def sign(self, reader: str, card: SeenCard, message: bytes, pin: str | None) -> bytes:
        assert (reader, card.kind, pin) == (self._slot.reader, "citizen", "123456")
        return KEY.sign(message, ec.ECDSA(hashes.SHA256()))


def test_a_card_that_two_profiles_see_is_one_card() -> None:
    seen = certificate(5)
    desk = Desk([Profile(seen), Profile(x509.load_der_x509_certificate(seen.public_bytes(Encoding.DER)))], Turn(3))

    assert len(desk.status()) == 1
    assert len(desk.sign(WISH, "123456").signature) == 64


@pytest.mark.parametrize("reader", ["Reader 0", "Reader 1"])
def test_two_certificates_stay_two_cards(reader: str) -> None:
    desk = Desk([Profile(certificate(5)), Profile(certificate(6), reader)], Turn(3))

    with pytest.raises(SeveralCards):
        desk.sign(WISH, "123456")


class Slow(Consents):
    """Another program takes a yes back just when this one has read the file."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.meanwhile = threading.Thread(target=Consents(path).forget, args=("https://one.example",))

    def all(self) -> Mapping[str, str]:
        found = super().all()
        self.meanwhile.start()
        self.meanwhile.join(0.5)
        return found


def test_a_yes_that_is_taken_back_stays_taken_back_while_another_is_given(tmp_path: Path) -> None:
    path = tmp_path / "origins.json"
    Consents(path).allow("https://one.example")
    slow = Slow(path)

    slow.allow("https://two.example")
    slow.meanwhile.join(5)

    assert list(Consents(path).all()) == ["https://two.example"]


def test_brackets_without_end_are_malformed(tmp_path: Path) -> None:
    consents = Permission(Consents(tmp_path / "origins.json"), Nobody())
    client = create_app(Desk([], Turn(3)), consents, frozenset({PORTAL})).test_client()

    answer = client.post(
        "/sign",
        data="[" * 7000,
        headers={"Origin": PORTAL, "Host": "127.0.0.1:8101", "Content-Type": "application/json"},
        environ_overrides={"SERVER_PORT": "8101"},
    )

    assert (answer.status_code, answer.get_json()["code"]) == (400, "malformed")


# An ediPartyName, which the library does not read, and an x400Address.
@pytest.mark.parametrize("odd", ["3004a502a100", "3002a300"])
def test_a_certificate_with_a_name_of_an_odd_kind_is_unreadable(odd: str) -> None:
    der = certificate(5, bytes.fromhex(odd)).public_bytes(Encoding.DER)

    with pytest.raises(CardUnreadable):
        certificates.identify(der, policies={}, kind=None, needs_pin=True)
