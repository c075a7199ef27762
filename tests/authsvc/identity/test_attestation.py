"""Key attestations: published ones, ours with one thing wrong, and what a binding makes of them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.core.der import read_one
from authsvc.core.jose import PublicKey, b64url, b64url_decode
from authsvc.identity.attestation import LONGEST_CERTIFICATE, Doubt, NotAttested, verify
from authsvc.identity.keeping import GOOGLE, read_status, read_trust
from authsvc.settings import Misconfigured
from tests.authsvc.identity.chips import (
    Chip,
    Key,
    description,
    new_key,
    number,
    numbers,
    octets,
    root_of_trust,
    sequence,
    texts,
    tlv,
)

DATA = Path(__file__).parents[2] / "data" / "attestation"
NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
PUBLISHED = datetime(2023, 3, 8, 12, 0, tzinfo=UTC)
OURS = b"65ab.challenge"


def public(key: ec.EllipticCurvePublicKey) -> PublicKey:
    numbers_ = key.public_numbers()
    return PublicKey(*(b64url(part.to_bytes(32)) for part in (numbers_.x, numbers_.y)))


def pem(file: str) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates((DATA / file).read_bytes())


def google() -> list[x509.Certificate]:
    return [x509.load_pem_x509_certificate(each) for each in GOOGLE]


def key_of(certificate: x509.Certificate) -> PublicKey:
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return public(key)


def check(
    chain: list[str],
    key: PublicKey,
    roots: list[x509.Certificate],
    *,
    at: datetime = NOW,
    challenge: bytes = OURS,
    revoked: frozenset[int] = frozenset(),
) -> str:
    """Return the doubt, or that there is none."""
    try:
        verify(chain, key=key, roots=roots, revoked=revoked, is_ours=lambda said: said == challenge, at=at)
    except NotAttested as fault:
        return fault.doubt.value
    return "attested"


@pytest.fixture
def chip() -> Chip:
    return Chip(at=NOW)


@pytest.fixture
def key() -> Key:
    return new_key()


def judged(chip: Chip, key: Key, said: bytes) -> str:
    return check(texts(chip.chain(key.public_key(), said)), public(key.public_key()), [chip.root])


def published(at: datetime = PUBLISHED, challenge: bytes = b"challenge", **more: frozenset[int]) -> str:
    leaf, *issuers = pem("tee_ec.pem")
    chain = texts([leaf, *issuers, google()[0]])
    return check(chain, key_of(leaf), google(), at=at, challenge=challenge, **more)


def test_a_published_attestation_of_a_real_phone_counts() -> None:
    assert published() == "attested"


def test_a_published_attestation_does_not_count_for_another_challenge_or_at_another_time() -> None:
    assert published(challenge=b"another") == Doubt.OTHER_CHALLENGE
    assert published(PUBLISHED + timedelta(days=30)) == Doubt.EXPIRED
    assert published(PUBLISHED - timedelta(days=30)) == Doubt.EXPIRED


@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_published_attestation_ends_when_any_issuer_is_revoked(place: int) -> None:
    serial = pem("tee_ec.pem")[place].serial_number
    assert published(revoked=frozenset({serial})) == Doubt.REVOKED


def test_the_published_extended_chain_is_not_taken() -> None:
    # given the certificate that an ordinary key of a real phone was made to sign, with a description of its own
    forged = pem("extended_leaves.pem")
    chain = [*forged, *pem("tee_ec.pem")[1:], google()[0]]
    # then
    assert check(texts(chain), key_of(forged[0]), google(), at=PUBLISHED, challenge=b"challenge") == Doubt.EXTENDED


@pytest.mark.parametrize("levels", [(1, 1), (2, 2), (1, 2)])
def test_our_own_chips_word_counts(chip: Chip, key: Key, levels: tuple[int, int]) -> None:
    assert judged(chip, key, description(OURS, levels=levels)) == "attested"


def test_a_key_that_may_verify_too_counts(chip: Chip, key: Key) -> None:
    assert judged(chip, key, description(OURS, held={1: numbers(2, 3)})) == "attested"


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        (description(b"another"), Doubt.OTHER_CHALLENGE),
        (description(b""), Doubt.OTHER_CHALLENGE),
        (description(OURS, levels=(0, 0)), Doubt.SOFTWARE),
        (description(OURS, levels=(1, 0)), Doubt.SOFTWARE),
        (description(OURS, levels=(0, 1)), Doubt.SOFTWARE),
        (description(OURS, levels=(3, 3)), Doubt.SOFTWARE),
        (description(OURS, held={704: root_of_trust(locked=False)}), Doubt.UNLOCKED),
        (description(OURS, held={704: root_of_trust(state=1)}), Doubt.UNLOCKED),
        (description(OURS, held={704: root_of_trust(state=2)}), Doubt.UNLOCKED),
        (description(OURS, held={704: None}), Doubt.UNLOCKED),
        (description(OURS, held={704: None}, soft={704: root_of_trust()}), Doubt.UNLOCKED),
        (description(OURS, held={1: numbers(3)}), Doubt.OTHER_USE),
        (description(OURS, held={1: numbers(2, 7)}), Doubt.OTHER_USE),
        (description(OURS, held={1: None}, soft={1: numbers(2)}), Doubt.OTHER_USE),
        (description(OURS, held={2: number(1)}), Doubt.OTHER_USE),
        (description(OURS, held={3: number(384)}), Doubt.OTHER_USE),
        (description(OURS, held={10: number(2)}), Doubt.OTHER_USE),
        (description(OURS, held={10: None}), Doubt.OTHER_USE),
        (description(OURS, held={702: number(2)}), Doubt.OTHER_USE),
        (description(OURS, held={702: None}, soft={702: number(0)}), Doubt.OTHER_USE),
    ],
)
def test_a_key_that_is_held_otherwise_does_not_count(chip: Chip, key: Key, said: bytes, doubt: Doubt) -> None:
    assert judged(chip, key, said) == doubt


GOOD = description(OURS)
INSIDE = read_one(GOOD).contents


@pytest.mark.parametrize(
    "said",
    [
        b"",
        GOOD[:-1],
        GOOD[: len(GOOD) // 2],
        GOOD + b"\x00",
        description(OURS, tail=b"\x05\x00"),
        description(OURS, held={704: root_of_trust() + b"\x05\x00"}),
        description(OURS, held={704: sequence(octets(b""))}),
        description(OURS, held={704: root_of_trust().replace(b"\x01\x01\xff", b"\x01\x01\x01")}),
        description(OURS, held={2: number(3, tag=0x0A)}),
        description(OURS, held={2: tlv(b"\x02", b"\x00\x03")}),
        description(OURS, held={2: tlv(b"\x02", b"")}),
        description(OURS, held={1: numbers(2, 2)}),
        description(OURS, held={1: number(2)}),
        description(OURS, held={11: number(1)}).replace(b"\xab\x03", b"\xaa\x03"),  # a field twice
        GOOD.replace(b"\xbf\x85\x3e", b"\x9f\x85\x3e"),  # a field that holds nothing apart
        sequence(*[number(1)] * 8),
        sequence(*[number(1)] * 7),
        b"\x30\x80" + INSIDE + b"\x00\x00",  # an indefinite length
        b"\x30\x84" + len(INSIDE).to_bytes(4) + INSIDE,  # a length longer than needed
        b"\x30\x84\xff\xff\xff\xff" + GOOD[4:],
        b"\x30" * 2000,
    ],
)
def test_a_description_that_is_not_der_to_its_last_byte_does_not_count(chip: Chip, key: Key, said: bytes) -> None:
    assert judged(chip, key, said) == Doubt.UNREADABLE


def test_a_chain_for_another_key_does_not_count(chip: Chip, key: Key) -> None:
    chain = texts(chip.chain(key.public_key(), GOOD))
    assert check(chain, public(new_key().public_key()), [chip.root]) == Doubt.OTHER_KEY


def test_a_root_that_nobody_named_does_not_count(chip: Chip, key: Key) -> None:
    chain = texts(chip.chain(key.public_key(), GOOD))
    assert check(chain, public(key.public_key()), [Chip(at=NOW).root]) == Doubt.FOREIGN  # same name, another key
    assert check(chain, public(key.public_key()), []) == Doubt.FOREIGN
    assert check(chain[:-1], public(key.public_key()), [chip.root]) == Doubt.FOREIGN


def test_a_root_counts_by_its_name_and_key_whichever_certificate_is_shown(chip: Chip, key: Key) -> None:
    older = Chip(at=NOW, root_key=chip.root_key, days=(-4000, -10))
    chain = [*chip.chain(key.public_key(), GOOD)[:-1], older.root]
    assert check(texts(chain), public(key.public_key()), [chip.root]) == "attested"


@pytest.mark.parametrize("left_out", [1, 2])
def test_a_chain_with_a_gap_does_not_count(chip: Chip, key: Key, left_out: int) -> None:
    chain = texts(chip.chain(key.public_key(), GOOD))
    del chain[left_out]
    assert check(chain, public(key.public_key()), [chip.root]) == Doubt.BROKEN


def test_a_chain_that_somebody_else_signed_does_not_count(chip: Chip, key: Key) -> None:
    # given the right names with another batch's key under the leaf
    forged = Chip(at=NOW, root_key=chip.root_key, maker_key=chip.maker_key)
    chain = [forged.chain(key.public_key(), GOOD)[0], *chip.chain(key.public_key(), GOOD)[1:]]
    assert check(texts(chain), public(key.public_key()), [chip.root]) == Doubt.BROKEN


def test_an_issuer_that_is_none_does_not_count(chip: Chip, key: Key) -> None:
    chip.batch_is_issuer = False
    assert judged(chip, key, GOOD) == Doubt.BROKEN


def test_an_issuer_out_of_its_time_does_not_count(chip: Chip, key: Key) -> None:
    chain = texts(chip.chain(key.public_key(), GOOD))
    for days, expected in ((-11, Doubt.EXPIRED), (11, Doubt.EXPIRED), (9, "attested")):
        at = NOW + timedelta(days=days)
        assert check(chain, public(key.public_key()), [chip.root], at=at) == expected


def test_the_leafs_own_time_does_not_count_because_the_phone_writes_it(chip: Chip, key: Key) -> None:
    chip.leaf_days = (-20, -10)
    assert judged(chip, key, GOOD) == "attested"


def test_an_attested_key_cannot_vouch_for_another(chip: Chip) -> None:
    # given a real key in a chip, by which its owner signs for a key in software
    real, soft = new_key(), new_key()
    forged = chip.issue("Forged", soft.public_key(), "Android Keystore Key", real, said=GOOD)
    chain = [forged, *chip.chain(real.public_key(), GOOD)]
    assert check(texts(chain), public(soft.public_key()), [chip.root]) == Doubt.EXTENDED
    # nor without a word of its own
    bare = chip.issue("Forged", soft.public_key(), "Android Keystore Key", real)
    assert check(texts([bare, *chain_of(chip, real)]), public(soft.public_key()), [chip.root]) == Doubt.EXTENDED


def chain_of(chip: Chip, key: Key) -> list[x509.Certificate]:
    return chip.chain(key.public_key(), GOOD)


def test_a_chain_without_a_description_does_not_count(chip: Chip, key: Key) -> None:
    leaf = chip.issue("Android Keystore Key", key.public_key(), "Batch", chip.batch_key)
    chain = [leaf, *chain_of(chip, key)[1:]]
    assert check(texts(chain), public(key.public_key()), [chip.root]) == Doubt.UNREADABLE


def test_a_certificate_longer_than_any_is_not_read(chip: Chip, key: Key) -> None:
    for size, expected in ((4_000, "attested"), (6_500, Doubt.UNREADABLE)):
        assert judged(chip, key, description(OURS, soft={709: octets(bytes(size))})) == expected


def test_what_is_no_chain_is_not_read(chip: Chip, key: Key) -> None:
    good = texts(chain_of(chip, key))
    der = b64url_decode(good[0])
    wrong = [
        [],
        good[:1],
        good * 3,
        [b64url(der[:-1]), *good[1:]],
        [b64url(der + b"\x00"), *good[1:]],
        ["A" * (LONGEST_CERTIFICATE + 1), *good[1:]],
        ["not base64url!", *good[1:]],
        ["é", *good[1:]],
        ["", *good[1:]],
    ]
    for chain in wrong:
        assert check(chain, public(key.public_key()), [chip.root]) == Doubt.UNREADABLE


def test_googles_roots_count_only_beside_a_status_list(tmp_path: Path) -> None:
    assert read_trust(None, None).roots == []
    status = tmp_path / "status.json"
    status.write_text('{"entries": {}}')
    assert read_trust(None, status).roots == google()


def test_a_status_list_names_serial_numbers_in_hex(tmp_path: Path) -> None:
    status = tmp_path / "status.json"
    status.write_text('{"entries": {"1f": {"status": "REVOKED"}, "20": {"status": "SUSPENDED", "reason": "X"}}}')
    assert read_status(status) == {0x1F, 0x20}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"entries": []}', '{"entries": {"xyz": {}}}', "{"])
def test_a_status_list_that_cannot_be_read_stops_the_start(tmp_path: Path, text: str) -> None:
    status = tmp_path / "status.json"
    status.write_text(text)
    with pytest.raises(Misconfigured, match="AUTHSVC_ATTESTATION_STATUS_FILE"):
        read_trust(None, status)


def test_roots_that_cannot_be_read_stop_the_start(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="AUTHSVC_ATTESTATION_ROOTS_FILE"):
        read_trust(tmp_path / "none.pem", None)
