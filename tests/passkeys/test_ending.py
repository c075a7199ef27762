"""What passkeys do not outlive: removal, suspension, another card, a restore; and what a stop of new phones voids."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from authsvc.core.kit import Kit
from authsvc.identity import epochs, suspension
from authsvc.identity.history import show_history
from authsvc.identity.models import Person
from authsvc.identity.ways import Ways
from mocks.card.cards import Deck
from mocks.people import World
from passkeys.models import PasskeyChallenge
from tests.authsvc.registration.acts import household_of
from tests.browser import Browser
from tests.factories import Somebody, make_person, make_session
from tests.letters import letters_of
from tests.passkeys.keys import SoftPasskey, added_passkey, code, desk_of, kept
from tests.people import make_card_holder

REFUSED = (401, "passkey_refused")


@pytest.fixture
def person(kit: Kit) -> Somebody:
    return make_person(kit)


def test_removing_one_ends_what_passkeys_opened_elsewhere(app: Flask, kit: Kit, person: Somebody) -> None:
    passkey = added_passkey(app, person)
    owner, thief, phone = desk_of(app, person), desk_of(app), desk_of(app, person, acr="otp")
    assert thief.log_in(passkey).status_code == 201
    assert kept(kit)

    owner.call("DELETE", f"/passkeys/{kept(kit)[0].id}")

    assert code(thief.call("GET", "/sessions/current")) == (401, "login_required")
    assert owner.call("GET", "/sessions/current").status_code == 200
    assert phone.call("GET", "/sessions/current").status_code == 200
    assert code(desk_of(app).log_in(passkey)) == REFUSED


def test_who_removes_the_passkey_that_they_came_in_with_stays(app: Flask, kit: Kit, person: Somebody) -> None:
    passkey = added_passkey(app, person)
    desk = desk_of(app)
    assert desk.log_in(passkey).status_code == 201

    assert desk.call("DELETE", f"/passkeys/{kept(kit)[0].id}").status_code == 204
    assert desk.call("GET", "/sessions/current").status_code == 200


def test_a_suspension_removes_them_and_restoring_opens_nothing(app: Flask, kit: Kit, person: Somebody) -> None:
    passkey, other = added_passkey(app, person), added_passkey(app, make_person(kit, 2))
    desk = desk_of(app, person)
    offer = desk.offered()

    with kit.begin() as session:
        suspension.suspend(session, kit, person_id=person.id)
    assert code(desk_of(app).log_in(passkey)) == REFUSED
    with kit.begin() as session:
        suspension.restore(session, kit, person_id=person.id)

    assert code(desk_of(app).log_in(passkey)) == REFUSED
    assert desk_of(app).log_in(other).status_code == 201
    assert desk.send(offer, SoftPasskey().make(offer["publicKey"])).status_code == 401
    events = show_history(kit, view=make_session(kit, person).view).events
    assert "A passkey was removed, because your online services were suspended." in [each.text for each in events]


def test_another_card_removes_them_and_tells(app: Flask, kit: Kit, deck: Deck, world: World, browser: Browser) -> None:
    wang = world.person("wang")
    make_card_holder(kit, deck, wang, card="wang-nhi")
    with kit.begin() as session:
        session.execute(select(Person)).scalar_one().card_key = b"the card before"
    with kit.read() as session:
        owner = session.scalars(select(Person)).one()
    known = replace(make_person(kit, 2), id=owner.id)
    passkey = added_passkey(app, known)

    answer = browser.post(
        "/passwords/resets",
        {
            "card_proof": browser.prove("wang-nhi", "reset"),
            "household": household_of(browser, "wang"),
            "password": "Kite-7tail",
        },
    )

    assert answer.status_code == 204, answer.text
    assert kept(kit) == []
    assert code(desk_of(app).log_in(passkey)) == REFUSED
    assert [letter for letter in letters_of(kit) if "another card now belongs" in letter.values["what"]]


def test_a_restore_removes_them_all_because_an_older_database_brings_them_back(
    app: Flask, kit: Kit, person: Somebody
) -> None:
    passkey = added_passkey(app, person)
    desk_of(app).challenge()
    later = replace(kit, settings=replace(kit.settings, epoch=1), keys=replace(kit.keys, epoch=1))

    epochs.restore(later, journals=())

    assert kept(kit) == []
    with kit.read() as session:
        assert session.scalar(select(func.count()).select_from(PasskeyChallenge)) == 0
    assert passkey


def test_a_stop_of_new_phones_voids_what_waits_and_keeps_what_is_there(app: Flask, kit: Kit, person: Somebody) -> None:
    passkey = added_passkey(app, person)
    desk = desk_of(app, person)
    offer = desk.offered()

    with kit.begin() as session:
        kit.port(Ways).on_frozen(session, kit, session.get_one(Person, person.id))

    answer = desk.send(offer, SoftPasskey().make(offer["publicKey"]))
    assert code(answer) == (401, "passkey_challenge_refused")
    assert desk_of(app).log_in(passkey).status_code == 201
