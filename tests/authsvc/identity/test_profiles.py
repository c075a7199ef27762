"""What kinds of card there are is configuration: policies, issuers, and the fields that say whose a card is."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from authsvc.identity.cards import CardNotRecognised, VerifiedCard, signed_bytes, verify_card
from authsvc.identity.profiles import SIMULATED, CardTrust, read_card_trust, read_mobile_trust
from authsvc.settings import Misconfigured
from tests.authsvc.identity.issuers import NHI, Issuer, proof_of, raw_signature
from tests.clocks import MovableClock

KEY = ec.generate_private_key(ec.SECP256R1())
MESSAGE = signed_bytes(origin="http://localhost:8000", purpose="login", challenge_id="c1", nonce="n")
PROFILE = """
[[profile]]
kind = "citizen"
policy = "1.3.6.1.4.1.32473.10.1"
name = "serialNumber"
number = "2.5.4.3"
"""


@pytest.fixture
def issuer(clock: MovableClock) -> Issuer:
    return Issuer(clock.now())


def verified(issuer: Issuer, trust: CardTrust) -> VerifiedCard:
    proof = proof_of(issuer.issue(KEY.public_key(), policies=(NHI,)), raw_signature(KEY, MESSAGE))
    return verify_card(proof, expected=MESSAGE, trust=trust, at=issuer.at)


def written(folder: Path, text: str) -> Path:
    file = folder / "profiles.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_the_simulated_kinds_are_known() -> None:
    assert read_card_trust(None, None).profiles == SIMULATED


def test_a_file_says_which_policy_is_which_kind_and_which_fields_say_whose(issuer: Issuer, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(issuer.certificate.public_bytes(Encoding.PEM))
    trust = read_card_trust(tmp_path / "ca.pem", written(tmp_path, PROFILE))

    card = verified(issuer, trust)

    assert (card.kind, card.name, card.number) == ("citizen", "900000011037", "王測明")
    assert trust.profiles[0].number == NameOID.COMMON_NAME


def test_an_issuer_vouches_only_for_the_kinds_that_it_may_issue(issuer: Issuer, tmp_path: Path) -> None:
    other = Issuer(issuer.at)
    for name, each in {"ca": issuer, "other": other}.items():
        (tmp_path / f"{name}.pem").write_bytes(each.certificate.public_bytes(Encoding.PEM))

    def trust(issuers: str) -> CardTrust:
        return read_card_trust(tmp_path / "ca.pem", written(tmp_path, f"{PROFILE}issuers = [{issuers}]\n"))

    assert verified(other, trust('"other.pem"')).kind == "citizen"
    assert verified(issuer, trust('"other.pem", "ca.pem"')).kind == "citizen"
    with pytest.raises(CardNotRecognised):
        verified(issuer, trust('"other.pem"'))
    with pytest.raises(CardNotRecognised):
        verified(issuer, trust(""))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "there is none in it"),
        ("profile = 1", "there is none in it"),
        ("[[profile]]\nkind = 1", "number 1 is wrong"),
        (PROFILE.replace("citizen", "medical"), "kind is one of nhi, citizen, unit, arc"),
        (PROFILE.replace("1.3.6", "policy 1.3.6"), "number 1 is wrong"),
        (PROFILE.replace("2.5.4.3", "surname"), "number 1 is wrong"),
        (PROFILE + 'extra = "x"\n', "unknown members: extra"),
        (PROFILE + 'issuers = ["none.pem"]\n', "number 1 is wrong"),
        (PROFILE + PROFILE, "each with a policy of its own"),
        ("=", "AUTHSVC_CARD_PROFILES_FILE"),
    ],
)
def test_a_file_that_is_wrong_stops_the_start_with_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(Misconfigured) as refusal:
        read_card_trust(None, written(tmp_path, text))
    assert "AUTHSVC_CARD_PROFILES_FILE" in str(refusal.value)
    assert sentence in str(refusal.value)


def test_a_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="AUTHSVC_CARD_PROFILES_FILE"):
        read_card_trust(None, tmp_path / "none.toml")


def test_an_issuer_of_cards_is_none_of_phones(issuer: Issuer, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(issuer.certificate.public_bytes(Encoding.PEM))
    cards = read_card_trust(tmp_path / "ca.pem", None)

    with pytest.raises(Misconfigured, match="AUTHSVC_TWFIDO_CA_FILE to issuers of phones alone"):
        read_mobile_trust(tmp_path / "ca.pem", cards)
