"""A phone's tokens: rotated, repeated after a lost reply, revoked when replayed."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from joserfc.jwk import ECKey
from sqlalchemy import func, select

from authsvc.core.audit import AuditEvent
from authsvc.core.jose import PublicKey, read_public_key
from authsvc.core.kit import Kit
from authsvc.identity import tokens
from authsvc.identity.models import AccessToken, RefreshToken
from authsvc.identity.tokens import AlreadyRefreshed, TokenRefused, Tokens
from mobileapp.client import Phone
from mobileapp.phonekeys import public_jwk
from tests.clocks import MovableClock
from tests.factories import ask, make_bound_phone, make_person


@pytest.fixture
def phone(app: Flask, kit: Kit, clock: MovableClock) -> Phone:
    return make_bound_phone(app, clock, make_person(kit))


def refresh(phone: Phone, refresh_token: str) -> tuple[int, dict[str, Any]]:
    answer = ask(phone, "POST", "/tokens/refresh", {"refresh_token": refresh_token}, with_token=False)
    return answer.status_code, answer.json()


def works(phone: Phone, access_token: str) -> bool:
    return phone.wire.send("GET", "/me/device", access_token=access_token).is_success


def key_of(phone: Phone) -> PublicKey:
    return read_public_key(public_jwk(phone.keys.device))


def test_an_access_token_lives_ten_minutes(phone: Phone, clock: MovableClock) -> None:
    token = phone.binding["access_token"]
    clock.forward(seconds=599)
    assert works(phone, token)
    clock.forward(seconds=1)
    assert not works(phone, token)


def test_a_refresh_token_is_exchanged_for_new_tokens(phone: Phone) -> None:
    # when
    status, answer = refresh(phone, phone.binding["refresh_token"])
    # then
    assert (status, answer["token_type"], answer["expires_in"]) == (200, "DPoP", 600)
    assert answer["refresh_token"] != phone.binding["refresh_token"]
    assert works(phone, answer["access_token"])
    assert refresh(phone, answer["refresh_token"])[0] == 200


def test_a_lost_reply_is_repeated_within_sixty_seconds(phone: Phone, clock: MovableClock) -> None:
    # given a reply that was lost
    old = phone.binding["refresh_token"]
    _, lost = refresh(phone, old)
    clock.forward(seconds=60)
    # when the old token is shown again
    status, answer = refresh(phone, old)
    # then the same successor comes again with an access token that works
    assert (status, answer["code"]) == (409, "already_refreshed")
    assert (answer["refresh_token"], answer["token_type"], answer["expires_in"]) == (lost["refresh_token"], "DPoP", 600)
    assert works(phone, answer["access_token"])
    assert refresh(phone, answer["refresh_token"])[0] == 200


def test_a_late_replay_ends_the_family(phone: Phone, kit: Kit, clock: MovableClock) -> None:
    # given
    old = phone.binding["refresh_token"]
    _, new = refresh(phone, old)
    clock.forward(seconds=61)
    # when
    status, answer = refresh(phone, old)
    # then the new tokens die too, and the audit knows
    assert (status, answer["code"]) == (401, "invalid_token")
    assert not works(phone, new["access_token"])
    assert refresh(phone, new["refresh_token"])[0] == 401
    with kit.read() as session:
        replays = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "tokens.reused")
        assert session.scalar(replays) == 1


def test_a_replay_after_the_successor_was_used_ends_the_family(phone: Phone) -> None:
    old = phone.binding["refresh_token"]
    _, second = refresh(phone, old)
    _, third = refresh(phone, second["refresh_token"])
    assert refresh(phone, old)[0] == 401
    assert not works(phone, third["access_token"])


def test_another_key_gets_nothing_and_uses_nothing_up(phone: Phone, kit: Kit) -> None:
    # given a copied token that was not used yet
    thief = read_public_key(public_jwk(ECKey.generate_key("P-256")))
    # when
    with pytest.raises(TokenRefused):
        tokens.refresh(kit, refresh_token=phone.binding["refresh_token"], key=thief)
    # then its owner does not notice
    assert refresh(phone, phone.binding["refresh_token"])[0] == 200


def test_another_key_with_a_used_token_ends_the_family(phone: Phone, kit: Kit) -> None:
    thief = read_public_key(public_jwk(ECKey.generate_key("P-256")))
    old = phone.binding["refresh_token"]
    _, new = refresh(phone, old)
    with pytest.raises(TokenRefused):
        tokens.refresh(kit, refresh_token=old, key=thief)
    assert not works(phone, new["access_token"])


def test_a_bound_phone_gets_new_tokens_for_its_key(phone: Phone, clock: MovableClock) -> None:
    # given a family that a replay ended
    old = phone.binding["refresh_token"]
    refresh(phone, old)
    clock.forward(seconds=61)
    refresh(phone, old)
    assert not phone.is_bound()
    # when
    phone.recover()
    # then
    assert phone.is_bound()


def test_a_recovery_ends_the_older_family(phone: Phone) -> None:
    older = dict(phone.binding)
    phone.recover()
    assert not works(phone, older["access_token"])
    assert refresh(phone, older["refresh_token"])[0] == 401


def test_a_token_is_no_good_for_another_phone_or_as_a_bearer(
    phone: Phone, app: Flask, kit: Kit, clock: MovableClock
) -> None:
    # given two bound phones
    other = make_bound_phone(app, clock, make_person(kit, 2))
    token = phone.binding["access_token"]
    # then
    assert not works(other, token)
    client = phone.wire.client
    url = f"{phone.origin}/api/v1/me/device"
    assert client.get(url, headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert client.get(url, headers={"Authorization": f"DPoP {token}"}).status_code == 401
    assert client.get(url).status_code == 401


def test_a_refresh_token_is_no_access_token(phone: Phone) -> None:
    assert not works(phone, phone.binding["refresh_token"])
    assert refresh(phone, phone.binding["access_token"])[0] == 401


@pytest.mark.parametrize("header", ["", "DPoP", "DPoP ", "Bearer x.y.z", "DPoP a, DPoP b", "Basic eDp5"])
def test_a_malformed_authorization_is_refused(phone: Phone, header: str) -> None:
    answer = phone.wire.client.get(f"{phone.origin}/api/v1/me/device", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("DPoP ")


def test_tokens_that_are_over_are_forgotten(phone: Phone, kit: Kit, clock: MovableClock) -> None:
    assert phone.is_bound()
    clock.forward(days=181)
    tokens.purge(kit)
    with kit.read() as session:
        assert session.scalars(select(AccessToken)).all() == []
        assert session.scalars(select(RefreshToken)).all() == []


def test_of_many_refreshes_at_once_one_wins_and_all_hear_the_same_successor(phone: Phone, kit: Kit) -> None:
    key, token = key_of(phone), phone.binding["refresh_token"]
    for _ in range(5):
        # given
        racers = 16
        barrier = threading.Barrier(racers)

        def race(shown: str = token, start: threading.Barrier = barrier) -> tuple[bool, str]:
            start.wait()
            try:
                won: Tokens = tokens.refresh(kit, refresh_token=shown, key=key)
            except AlreadyRefreshed as repeated:
                return False, str(repeated.members["refresh_token"])
            return True, won.refresh_token

        # when
        with ThreadPoolExecutor(racers) as pool:
            answers = [future.result() for future in [pool.submit(race) for _ in range(racers)]]
        # then
        assert sum(won for won, _ in answers) == 1
        assert len({successor for _, successor in answers}) == 1
        token = answers[0][1]
