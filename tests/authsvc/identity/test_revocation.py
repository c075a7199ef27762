from collections.abc import Iterator
from datetime import timedelta

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask, Response

from authsvc.core.remote import Remote
from authsvc.identity.cards import CardRevoked, VerifiedCard
from authsvc.identity.revocation import CrlRevocations, RevocationUnknown
from tests.authsvc.identity.issuers import CA_NAME, CRL_URL, Issuer
from tests.clocks import MovableClock

HOUR = timedelta(hours=1)


class Publisher:
    """Publishes what a test puts there, at the address that the certificates name."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer, self.asked = issuer, 0
        self.content: bytes | int = self.list()
        app = Flask("publisher")
        app.add_url_rule("/ca/crl", view_func=self._show)
        self.remote = Remote("issuer", "http://127.0.0.1:8101", transport=httpx2.WSGITransport(app))

    def list(self, *revoked: x509.Certificate, begins: timedelta = -HOUR, ends: timedelta | None = HOUR) -> bytes:
        builder = x509.CertificateRevocationListBuilder().issuer_name(CA_NAME)
        builder = builder.last_update(self.issuer.at + begins).next_update(self.issuer.at + (ends or HOUR))
        for certificate in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number)
            builder = builder.add_revoked_certificate(entry.revocation_date(self.issuer.at - HOUR).build())
        return builder.sign(self.issuer.key, SHA256()).public_bytes(Encoding.DER)

    def _show(self) -> Response:
        self.asked += 1
        if isinstance(self.content, int):
            return Response(status=self.content)
        return Response(self.content, mimetype="application/pkix-crl")


@pytest.fixture
def publisher(clock: MovableClock) -> Publisher:
    return Publisher(Issuer(clock.now()))


@pytest.fixture
def revocations(publisher: Publisher) -> Iterator[CrlRevocations]:
    yield CrlRevocations(lambda _url: publisher.remote)
    publisher.remote.close()


def card_of(
    issuer: Issuer, crl: tuple[x509.GeneralName, ...] | None = (x509.UniformResourceIdentifier(CRL_URL),)
) -> VerifiedCard:
    certificate = issuer.issue(ec.generate_private_key(ec.SECP256R1()).public_key(), crl=crl)
    return VerifiedCard(kind="nhi", name="n", number="1", key=b"k", certificate=certificate, issuer=issuer.certificate)


def test_a_card_that_no_list_names_is_good(publisher: Publisher, revocations: CrlRevocations) -> None:
    revocations.require_not_revoked(card_of(publisher.issuer), at=publisher.issuer.at)


def test_a_card_that_the_list_names_is_refused_and_others_are_not(
    publisher: Publisher, revocations: CrlRevocations
) -> None:
    revoked, other = card_of(publisher.issuer), card_of(publisher.issuer)
    publisher.content = publisher.list(revoked.certificate)

    with pytest.raises(CardRevoked):
        revocations.require_not_revoked(revoked, at=publisher.issuer.at)
    revocations.require_not_revoked(other, at=publisher.issuer.at)


@pytest.mark.parametrize("content", [500, 404, b"", b"garbage", b"0" * 2_000_000])
def test_without_a_list_nobody_gets_in(publisher: Publisher, revocations: CrlRevocations, content: bytes | int) -> None:
    publisher.content = content
    with pytest.raises(RevocationUnknown) as refusal:
        revocations.require_not_revoked(card_of(publisher.issuer), at=publisher.issuer.at)
    assert refusal.value.headers() == {"Retry-After": "5"}


def test_a_list_out_of_its_time_is_no_list(publisher: Publisher, revocations: CrlRevocations) -> None:
    for begins, ends in ((-2 * HOUR, -timedelta(seconds=1)), (timedelta(minutes=6), 2 * HOUR)):
        publisher.content = publisher.list(begins=begins, ends=ends)
        with pytest.raises(RevocationUnknown):
            revocations.require_not_revoked(card_of(publisher.issuer), at=publisher.issuer.at)


def test_a_list_by_another_key_of_the_same_name_is_no_list(publisher: Publisher, revocations: CrlRevocations) -> None:
    publisher.content = Publisher(Issuer(publisher.issuer.at)).list()
    with pytest.raises(RevocationUnknown):
        revocations.require_not_revoked(card_of(publisher.issuer), at=publisher.issuer.at)


def test_a_forged_list_is_not_kept(publisher: Publisher, revocations: CrlRevocations) -> None:
    good, publisher.content = publisher.content, Publisher(Issuer(publisher.issuer.at)).list()
    with pytest.raises(RevocationUnknown):
        revocations.require_not_revoked(card_of(publisher.issuer), at=publisher.issuer.at)
    publisher.content = good
    revocations.require_not_revoked(card_of(publisher.issuer), at=publisher.issuer.at)


def test_a_list_is_kept_for_half_a_minute_and_no_longer(publisher: Publisher, revocations: CrlRevocations) -> None:
    # given
    card, at = card_of(publisher.issuer), publisher.issuer.at
    revocations.require_not_revoked(card, at=at)
    # when the card is revoked
    publisher.content = publisher.list(card.certificate)
    # then
    revocations.require_not_revoked(card, at=at + timedelta(seconds=29))
    assert publisher.asked == 1
    with pytest.raises(CardRevoked):
        revocations.require_not_revoked(card, at=at + timedelta(seconds=30))


def test_a_kept_list_that_runs_out_is_not_believed(publisher: Publisher, revocations: CrlRevocations) -> None:
    publisher.content = publisher.list(ends=timedelta(seconds=10))
    revocations.require_not_revoked(card_of(publisher.issuer), at=publisher.issuer.at)
    with pytest.raises(RevocationUnknown):
        revocations.require_not_revoked(card_of(publisher.issuer), at=publisher.issuer.at + timedelta(seconds=11))


def test_a_clock_set_back_makes_no_list_younger(publisher: Publisher, revocations: CrlRevocations) -> None:
    revocations.require_not_revoked(card_of(publisher.issuer), at=publisher.issuer.at)
    revocations.require_not_revoked(card_of(publisher.issuer), at=publisher.issuer.at - timedelta(seconds=1))
    assert publisher.asked == 2


@pytest.mark.parametrize(
    "crl", [None, (x509.DNSName("example.org"),), (x509.DNSName("example.org"), x509.RFC822Name("a@example.org"))]
)
def test_a_certificate_that_names_no_list_is_a_no(
    publisher: Publisher, revocations: CrlRevocations, crl: tuple[x509.GeneralName, ...] | None
) -> None:
    with pytest.raises(RevocationUnknown):
        revocations.require_not_revoked(card_of(publisher.issuer, crl), at=publisher.issuer.at)
    assert publisher.asked == 0


def test_an_issuer_with_a_key_that_signs_no_lists_is_a_no(publisher: Publisher, revocations: CrlRevocations) -> None:
    card = card_of(publisher.issuer)
    odd = publisher.issuer.issue(ed25519.Ed25519PrivateKey.generate().public_key())
    with pytest.raises(RevocationUnknown):
        revocations.require_not_revoked(VerifiedCard(**vars(card) | {"issuer": odd}), at=publisher.issuer.at)
