"""Passkeys at the same moment, by threads on PostgreSQL."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from authsvc.core.kit import Kit
from authsvc.identity import suspension
from tests.conftest import empty
from tests.factories import make_person
from tests.passkeys.keys import SoftPasskey, added_passkey, desk_of, kept
from tests.simulators import acts
from tests.turns import rounds

ROUNDS = range(rounds(5, full=20, variable="AUTHSVC_RACE_ROUNDS"))


@pytest.fixture
def database_url(migrated_postgres: str) -> Iterator[str]:
    yield migrated_postgres
    empty(migrated_postgres)


def at_once(*works: Callable[[], int]) -> list[int]:
    """Do all of this from one barrier and return what came of each."""
    barrier = threading.Barrier(len(works))

    def do(work: Callable[[], int]) -> int:
        barrier.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(do, works))


@pytest.mark.parametrize("_number", ROUNDS)
def test_of_several_answers_to_one_challenge_one_opens(app: Flask, kit: Kit, _number: int) -> None:
    passkey = added_passkey(app, make_person(kit))
    desk = desk_of(app)
    challenge = desk.challenge()
    token = desk.client.get_cookie("authsvc", domain="localhost")
    assert token is not None
    answers = [passkey.answer(challenge["publicKey"]) for _ in range(4)]
    desks = [desk_of(app) for _ in answers]
    for each in desks:
        each.client.set_cookie("authsvc", token.value, domain="localhost")

    came = at_once(
        *(
            lambda each=each, answer=answer: each.enter(challenge, answer).status_code
            for each, answer in zip(desks, answers, strict=True)
        )
    )

    assert sorted(came) == [201, 401, 401, 401]
    assert acts(kit).count(("session.opened", "done")) == 2


@pytest.mark.parametrize("_number", ROUNDS)
def test_of_two_with_one_count_one_opens_and_the_other_is_a_copy(app: Flask, kit: Kit, _number: int) -> None:
    passkey = added_passkey(app, make_person(kit))
    copy = SoftPasskey(passkey.key, passkey.credential_id, count=passkey.count, handle=passkey.handle)
    desks = [desk_of(app), desk_of(app)]
    asked = [desk.challenge() for desk in desks]
    answers = [key.answer(each["publicKey"]) for key, each in zip((passkey, copy), asked, strict=True)]

    came = at_once(
        *(
            lambda desk=desk, challenge=challenge, answer=answer: desk.enter(challenge, answer).status_code
            for desk, challenge, answer in zip(desks, asked, answers, strict=True)
        )
    )

    assert sorted(came) == [201, 401]
    assert acts(kit).count(("login.passkey", "passkey_copied")) == 1


@pytest.mark.parametrize("_number", ROUNDS)
def test_of_several_added_at_once_there_are_five(app: Flask, kit: Kit, _number: int) -> None:
    person = make_person(kit)
    for _ in range(3):
        added_passkey(app, person)
    desks = [desk_of(app, person) for _ in range(4)]
    offers = [desk.offered() for desk in desks]
    made = [SoftPasskey().make(offer["publicKey"]) for offer in offers]

    came = at_once(
        *(
            lambda desk=desk, offer=offer, new=new: desk.send(offer, new).status_code
            for desk, offer, new in zip(desks, offers, made, strict=True)
        )
    )

    assert sorted(came) == [201, 201, 409, 409]
    assert len(kept(kit)) == 5


@pytest.mark.parametrize("_number", ROUNDS)
def test_of_suspending_and_everything_at_once_nothing_stays(app: Flask, kit: Kit, _number: int) -> None:
    person = make_person(kit)
    passkey = added_passkey(app, person)
    owner, thief = desk_of(app, person), desk_of(app)
    offer, challenge = owner.offered(), thief.challenge()
    made, answer = SoftPasskey().make(offer["publicKey"]), passkey.answer(challenge["publicKey"])

    def suspend() -> int:
        with kit.begin() as session:
            suspension.suspend(session, kit, person_id=person.id)
        return 0

    at_once(
        suspend,
        lambda: owner.send(offer, made).status_code,
        lambda: thief.enter(challenge, answer).status_code,
    )

    assert kept(kit) == []
    assert thief.call("GET", "/sessions/current").status_code == 401


@pytest.mark.parametrize("_number", ROUNDS)
def test_of_removing_and_logging_in_at_once_no_session_stays(app: Flask, kit: Kit, _number: int) -> None:
    person = make_person(kit)
    passkey = added_passkey(app, person)
    owner, thief = desk_of(app, person), desk_of(app)
    challenge = thief.challenge()
    answer = passkey.answer(challenge["publicKey"])
    path = f"/passkeys/{kept(kit)[0].id}"

    came = at_once(lambda: owner.call("DELETE", path).status_code, lambda: thief.enter(challenge, answer).status_code)

    assert came[0] == 204
    assert thief.call("GET", "/sessions/current").status_code == 401
    assert ("login.passkey", "passkey_copied") not in acts(kit)
