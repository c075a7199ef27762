import pytest
from joserfc.jwk import ECKey

from authsvc.core.errors import Throttled
from authsvc.core.jose import read_public_key
from authsvc.core.kit import Caller, Kit
from authsvc.core.web import Credentials
from authsvc.identity import doors, tokens
from authsvc.identity.dpop import ProofRefused
from authsvc.identity.tokens import TokenRefused
from authsvc.identity.tries import SOURCE, spend_source
from mobileapp.phonekeys import proof, public_jwk
from tests.clocks import MovableClock

PATH = "/api/v1/devices"
KEY = ECKey.generate_key("P-256")


def shown(kit: Kit, *, authorization: tuple[str, ...] = (), proofs: bool = False) -> Credentials:
    made = [proof(KEY, method="POST", url=kit.settings.public_origin + PATH, at=kit.clock.now())] if proofs else []
    return Credentials("POST", PATH, None, authorization, made)


@pytest.mark.parametrize("door", doors.AUTHENTICATORS)
def test_who_shows_nothing_is_nobody(kit: Kit, door: str) -> None:
    assert doors.AUTHENTICATORS[door](kit, shown(kit)) is None


@pytest.mark.parametrize("door", ["new_key", "fresh_key"])
def test_a_new_key_comes_without_a_token(kit: Kit, door: str) -> None:
    with pytest.raises(ProofRefused):
        doors.AUTHENTICATORS[door](kit, shown(kit, authorization=("DPoP x",), proofs=True))


def test_a_new_key_is_the_one_that_made_the_proof(kit: Kit) -> None:
    assert doors.by_new_key(kit, shown(kit, proofs=True)) == read_public_key(public_jwk(KEY))


@pytest.mark.parametrize("authorization", [(), ("Bearer x",), ("DPoP",), ("DPoP ",), ("DPoP é",), ("DPoP a", "DPoP b")])
def test_a_phone_shows_one_token_under_its_own_scheme(kit: Kit, authorization: tuple[str, ...]) -> None:
    with pytest.raises(TokenRefused):
        doors.by_app(kit, shown(kit, authorization=authorization, proofs=True))


def test_a_key_that_was_never_bound_recovers_nothing(kit: Kit) -> None:
    with pytest.raises(TokenRefused):
        tokens.recover(kit, key=read_public_key(public_jwk(KEY)))


def test_an_address_has_a_hundred_tries_in_ten_minutes(kit: Kit, clock: MovableClock) -> None:
    # given
    counter = kit.on_behalf_of(Caller(source="192.0.2.9"))
    for _ in range(SOURCE.tries):
        spend_source(counter)
    # then
    with pytest.raises(Throttled):
        spend_source(counter)
    spend_source(kit.on_behalf_of(Caller(source="192.0.2.10")))
    clock.forward(minutes=10)
    spend_source(counter)
