import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.hashes import SHA224, SHA384
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from authsvc.app import make_ports
from authsvc.core.keys import Keys
from authsvc.core.remote import Remote
from authsvc.identity.cards import CardRevoked, VerifiedCard
from authsvc.identity.ocsp import OcspRevocations
from authsvc.identity.revocation import CrlRevocations, Revocations, RevocationUnknown
from authsvc.settings import Settings
from tests.authsvc.identity.issuers import Issuer, rsa_key
from tests.authsvc.identity.responders import GOOD, HOUR, REVOKED, UNKNOWN, Answer, Office, new_key
from tests.clocks import MovableClock
from tests.served import served

STATUSES = ocsp.OCSPResponseStatus
REFUSALS = [status for status in STATUSES if status is not STATUSES.SUCCESSFUL]
DAYS = timedelta(days=2)


def refusal(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)


def forged(office: Office) -> Answer:
    """Let somebody answer "good" who has the issuer's name, but another key."""
    other = Issuer(office.issuer.at)
    return Answer(signer=(other.certificate, other.key), named_by=ocsp.OCSPResponderEncoding.NAME)


# What proves nothing, by name; whatever it says, the list decides.
USELESS: dict[str, Callable[[Office], Answer | bytes | int]] = {
    "unknown": lambda _: Answer(UNKNOWN),
    "down": lambda _: 500,
    "gone": lambda _: 404,
    "garbage": lambda _: b'{"nonce": "',
    "empty": lambda _: b"",
    "stale": lambda _: Answer(begins=-DAYS, ends=-timedelta(seconds=1)),
    "stale without an end": lambda _: Answer(begins=-timedelta(minutes=6), ends=None),
    "early": lambda _: Answer(begins=timedelta(minutes=6), ends=HOUR),
    "forged": forged,
    "forged with another key hash": lambda office: Answer(signer=forged(office).signer),
    "other serial": lambda _: Answer(serial=1),
    "other issuer": lambda office: Answer(issuer=Issuer(office.issuer.at)),
    "no nonce": lambda _: Answer(nonce=lambda _asked: None),
    "other nonce": lambda _: Answer(nonce=bytes.swapcase),
    "revoked, but stale": lambda _: Answer(REVOKED, begins=-DAYS, ends=-HOUR),
    **{status.name: lambda _, status=status: refusal(status) for status in REFUSALS},  # type: ignore[misc]
}
LISTS: dict[str, Callable[[Office, VerifiedCard], bytes | int]] = {
    "good": lambda office, _: office.list(),
    "revoked": lambda office, card: office.list(card.certificate),
    "down": lambda _office, _: 500,
    "garbage": lambda _office, _: b"garbage",
    "stale": lambda office, _: office.list(late=DAYS),
    "forged": lambda office, _: office.list(key=new_key()),
}


@pytest.fixture
def office(clock: MovableClock) -> Iterator[Office]:
    office = Office(Issuer(clock.now()))
    yield office
    for remote in office.made:
        remote.close()


def outcome(office: Office, card: VerifiedCard) -> str:
    """Ask for a card's status as the service does; return what comes of it."""
    revocations = OcspRevocations(office.remote, otherwise=CrlRevocations(office.remote))
    try:
        revocations.require_not_revoked(card, at=office.issuer.at)
    except (CardRevoked, RevocationUnknown) as refused:
        return refused.code
    return "good"


@pytest.mark.parametrize("listed", LISTS)
@pytest.mark.parametrize(("status", "expected"), [(GOOD, "good"), (REVOKED, "card_revoked")])
def test_what_the_responder_signed_is_final_whatever_the_list_says(
    office: Office, status: ocsp.OCSPCertStatus, expected: str, listed: str
) -> None:
    card = office.card()
    office.says, office.listed = Answer(status), LISTS[listed](office, card)

    assert outcome(office, card) == expected
    assert office.asked == ["ocsp"]


@pytest.mark.parametrize("listed", LISTS)
@pytest.mark.parametrize("said", USELESS)
def test_where_the_responder_proves_nothing_the_list_decides_and_without_a_list_nobody_gets_in(
    office: Office, said: str, listed: str
) -> None:
    card = office.card()
    office.says, office.listed = USELESS[said](office), LISTS[listed](office, card)

    expected = {"good": "good", "revoked": "card_revoked"}.get(listed, "revocation_unknown")
    assert outcome(office, card) == expected
    assert set(office.asked) == {"ocsp", "crl"}


def test_a_responder_that_the_issuer_named_may_answer(office: Office) -> None:
    key = new_key()
    named = office.delegate(key)
    for encoding in ocsp.OCSPResponderEncoding:
        for status, expected in ((GOOD, "good"), (REVOKED, "card_revoked")):
            office.says = Answer(status, signer=(named, key), named_by=encoding, shown=(named,))
            assert outcome(office, office.card()) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"purposes": (ExtendedKeyUsageOID.CLIENT_AUTH,)},
        {"purposes": None},
        {"more": ()},
        {"days": (-2, -1)},
        {"days": (1, 2)},
    ],
    ids=["other purpose", "no purpose", "might be revoked itself", "expired", "not yet"],
)
def test_a_certificate_of_the_issuer_for_anything_else_may_not_answer(office: Office, wrong: dict[str, object]) -> None:
    key = new_key()
    card = office.delegate(key, **wrong)  # type: ignore[arg-type]
    office.says = Answer(signer=(card, key), shown=(card,))

    assert outcome(office, office.card()) == "revocation_unknown"


def test_a_responder_named_by_another_issuer_may_not_answer(office: Office) -> None:
    key = new_key()
    foreign = office.delegate(key, by=Issuer(office.issuer.at))
    office.says = Answer(signer=(foreign, key), shown=(foreign,))

    assert outcome(office, office.card()) == "revocation_unknown"


def test_an_answer_that_does_not_show_its_responder_proves_nothing(office: Office) -> None:
    key = new_key()
    office.says = Answer(signer=(office.delegate(key), key), shown=(office.delegate(new_key()),))

    assert outcome(office, office.card()) == "revocation_unknown"


def test_strong_signatures_of_both_kinds_are_taken_and_others_are_not(office: Office) -> None:
    odd, rsa, own = ed25519.Ed25519PrivateKey.generate(), rsa_key(), new_key()
    for key, algorithm, expected in (
        (own, SHA384(), "good"),
        (rsa, SHA384(), "good"),
        (own, SHA224(), "revocation_unknown"),
        (odd, None, "revocation_unknown"),
    ):
        named = office.delegate(key)
        office.says = Answer(signer=(named, key), shown=(named,), algorithm=algorithm)
        assert outcome(office, office.card()) == expected


def test_an_answer_without_an_end_is_good_for_its_own_moment(office: Office) -> None:
    office.says = Answer(begins=-timedelta(minutes=4), ends=None)
    assert outcome(office, office.card()) == "good"


@pytest.mark.parametrize("responder", [None, x509.DNSName("example.org"), x509.UniformResourceIdentifier("ldap://x/y")])
def test_a_certificate_that_names_no_responder_is_judged_by_the_list(
    office: Office, responder: x509.GeneralName | None
) -> None:
    office.listed = office.list()

    assert outcome(office, office.card(responder=responder)) == "good"
    assert office.asked == ["crl"]


def test_each_question_has_a_nonce_of_its_own_so_that_an_old_answer_is_worth_nothing(office: Office) -> None:
    # given an answer to an earlier question
    nonces: list[bytes] = []
    office.says = Answer(nonce=lambda asked: nonces.append(asked) or asked)  # type: ignore[func-returns-value]
    assert outcome(office, office.card()) == "good"
    # when it is played again
    office.says = Answer(nonce=lambda asked: nonces.append(asked) or nonces[0])  # type: ignore[func-returns-value]
    # then
    assert outcome(office, office.card()) == "revocation_unknown"
    assert [len(nonce) for nonce in nonces] == [32, 32]
    assert len(set(nonces)) == len(nonces)


def test_a_responder_that_stands_at_the_root_of_its_host_is_found(office: Office) -> None:
    settings = Settings(public_origin="http://localhost:8000", database_url="sqlite://", card_ca_file=None)
    revocations = make_ports(settings, Keys(settings.root_keys), {"card": office.transport})[Revocations]
    assert isinstance(revocations, OcspRevocations)

    revocations.require_not_revoked(
        office.card(responder=x509.UniformResourceIdentifier("http://ocsp.example")), at=office.issuer.at
    )

    assert office.asked == ["ocsp"]


def test_a_slow_responder_is_given_up_and_the_list_decides(office: Office) -> None:
    office.listed = office.list()
    slow = Answer(nonce=lambda _asked: time.sleep(3))
    office.says = slow
    with served(office.app) as url:
        remote = Remote("slow", url)
        office.made.append(remote)
        card = office.card(responder=x509.UniformResourceIdentifier(f"{url}/ca/ocsp"))
        before = time.monotonic()
        revocations = OcspRevocations(lambda _url: remote, otherwise=CrlRevocations(office.remote))
        revocations.require_not_revoked(card, at=office.issuer.at)

        assert time.monotonic() - before < 6
