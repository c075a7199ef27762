"""A phone that its operator vouches for may show where it keeps its key, as any other."""

from authsvc.core.kit import Kit
from tests.authsvc.identity.chips import attested, fetch_nonce, trusted_chip
from tests.devicebind.telco.lines import Verifier


def test_what_was_shown_at_the_beginning_counts_at_the_end(verifier: Verifier, kit: Kit) -> None:
    chip, phone = trusted_chip(kit), verifier.phone()
    phone.attestation = attested(chip, phone, fetch_nonce(phone))
    assert verifier.verify("wang", phone=phone)["device"]["held"] == "hardware"


def test_a_key_in_software_binds_by_the_operators_word_as_before(verifier: Verifier, kit: Kit) -> None:
    chip, phone = trusted_chip(kit), verifier.phone()
    phone.attestation = attested(chip, phone, fetch_nonce(phone), levels=(0, 0))
    assert verifier.verify("wang", phone=phone)["device"]["held"] == "software"
