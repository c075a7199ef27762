"""Adding a passkey: just after a card login, by an answer to our challenge, told to its owner; and what comes after."""

import json
from typing import Any

import cbor2
import pytest
from flask import Flask
from sqlalchemy import update

from authsvc.core.errors import StepUpRequired
from authsvc.core.jose import b64url_decode
from authsvc.core.kit import Kit
from authsvc.identity import sessions
from authsvc.identity.history import show_history
from authsvc.identity.models import Person
from authsvc.identity.ways import Ways
from passkeys.models import PasskeyChallenge
from passkeys.service import add, offer
from tests.authenticators import PRESENT, VERIFIED
from tests.clocks import MovableClock
from tests.factories import Somebody, make_person, make_session
from tests.letters import letters_of
from tests.passkeys.keys import BACKED_UP, BACKUP_ELIGIBLE, SoftPasskey, added_passkey, code, desk_of, kept
from tests.simulators import acts


@pytest.fixture
def person(kit: Kit) -> Somebody:
    return make_person(kit, backup_email="spare@example.org")


def test_a_passkey_is_added_after_a_card_login_and_told(app: Flask, kit: Kit, person: Somebody) -> None:
    answer = desk_of(app, person).add(SoftPasskey())

    assert answer.status_code == 201
    body = answer.get_json()
    assert (body["name"], body["used_at"], body["backup_eligible"]) == ("Chrome, Linux", None, False)
    assert acts(kit)[-1] == ("passkey.added", "done")
    told = [letter for letter in letters_of(kit) if "passkey was added" in letter.values["what"]]
    assert len(told) == 2
    events = show_history(kit, view=make_session(kit, person).view).events
    assert "You added a passkey." in [event.text for event in events]


def test_what_the_authenticator_keeps_says_nothing_about_its_owner(app: Flask, person: Somebody) -> None:
    desk = desk_of(app, person)
    options = desk.offered()["publicKey"]
    again = desk.offered()["publicKey"]

    text = json.dumps(options, ensure_ascii=False)
    assert person.national_id not in text
    assert person.name not in text
    assert options["user"]["name"] == "王○明"
    assert len(b64url_decode(options["user"]["id"])) == 32
    assert options["user"]["id"] == again["user"]["id"]
    assert options["challenge"] != again["challenge"]
    asked = options["authenticatorSelection"]
    assert (asked["residentKey"], asked["userVerification"], options["attestation"]) == ("required", "required", "none")
    assert options["rp"]["id"] == "localhost"


def test_one_that_is_there_is_not_made_twice(app: Flask, person: Somebody) -> None:
    passkey = added_passkey(app, person)

    excluded = desk_of(app, person).offered()["publicKey"]["excludeCredentials"]

    assert [b64url_decode(each["id"]) for each in excluded] == [passkey.credential_id]


@pytest.mark.parametrize("acr", ["otp", "qr", "certificate", "passkey"])
def test_no_other_way_in_adds_one(app: Flask, person: Somebody, acr: str) -> None:
    answer = desk_of(app, person, acr=acr).call("POST", "/passkey-offers")

    assert code(answer) == (403, "step_up_required")
    assert answer.get_json()["ways"] == ["card"]


def test_a_card_login_adds_one_for_five_minutes(app: Flask, person: Somebody, clock: MovableClock) -> None:
    desk = desk_of(app, person)
    clock.forward(minutes=4, seconds=59)
    offer = desk.offered()
    clock.forward(seconds=1)

    assert code(desk.call("POST", "/passkey-offers")) == (403, "step_up_required")
    assert code(desk.send(offer, SoftPasskey().make(offer["publicKey"]))) == (403, "step_up_required")


def test_without_a_session_there_is_none(app: Flask) -> None:
    desk = desk_of(app)

    assert [code(desk.call(*call)) for call in (("POST", "/passkey-offers"), ("GET", "/passkeys"))] == [
        (401, "login_required"),
        (401, "login_required"),
    ]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ({"origin": "https://portal.example"}, "another site"),
        ({"origin": "http://localhost:8001"}, "another port"),
        ({"rp_id": "portal.example"}, "another relying party"),
        ({"flags": PRESENT}, "a user who was not verified"),
        ({"flags": VERIFIED}, "nobody there"),
        ({"framed_by": "https://portal.example"}, "a frame of another site"),
    ],
)
def test_what_was_not_made_here_by_a_verified_user_is_not_added(
    app: Flask, kit: Kit, person: Somebody, spoil: dict[str, Any], words: str
) -> None:
    answer = desk_of(app, person).add(SoftPasskey(**spoil))

    assert code(answer) == (401, "passkey_not_added"), words
    assert kept(kit) == []
    assert acts(kit)[-1] == ("passkey.add", "passkey_not_added")


def test_a_key_that_is_no_key_is_not_added(app: Flask, kit: Kit, person: Somebody) -> None:
    desk = desk_of(app, person)
    offer = desk.offered()
    off_the_curve = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)})

    assert code(desk.send(offer, SoftPasskey().make(offer["publicKey"], cose_key=off_the_curve)))[0] == 401
    assert kept(kit) == []


def test_an_offer_is_taken_up_once_for_five_minutes_in_its_browser_by_its_person(
    app: Flask, kit: Kit, person: Somebody, clock: MovableClock
) -> None:
    desk, other = desk_of(app, person), desk_of(app, person)
    offer = desk.offered()
    made = SoftPasskey().make(offer["publicKey"])
    refused = (401, "passkey_challenge_refused")

    assert code(other.send(offer, made)) == refused
    assert code(desk_of(app, make_person(kit, 2)).send(offer, made)) == refused
    assert desk.send(offer, made).status_code == 201
    assert code(desk.send(offer, SoftPasskey().make(offer["publicKey"]))) == refused
    with kit.begin() as session:
        assert desk.offered()
        session.execute(update(PasskeyChallenge).values(expires_at=clock.now()))
    late = desk.offered()
    with kit.begin() as session:
        session.execute(update(PasskeyChallenge).values(expires_at=clock.now()))
    assert code(desk.send(late, SoftPasskey().make(late["publicKey"]))) == refused


def test_a_challenge_of_a_login_adds_nothing(app: Flask, kit: Kit, person: Somebody) -> None:
    desk = desk_of(app, person)
    offer, challenge = desk.offered(), desk.challenge()
    made = SoftPasskey().make(offer["publicKey"], challenge=b64url_decode(challenge["publicKey"]["challenge"]))

    assert code(desk.send(challenge, made)) == (401, "passkey_challenge_refused")
    assert code(desk.send(offer, made)) == (401, "passkey_not_added")
    assert kept(kit) == []


def test_the_same_passkey_is_kept_once_whoever_sends_it(app: Flask, kit: Kit, person: Somebody) -> None:
    passkey = added_passkey(app, person)

    assert code(desk_of(app, make_person(kit, 2)).add(passkey)) == (401, "passkey_not_added")
    assert [each.person_id for each in kept(kit)] == [person.id]


def test_there_are_five_at_most(app: Flask, person: Somebody) -> None:
    desk = desk_of(app, person)
    waiting = desk.offered()
    for _ in range(5):
        assert desk.add(SoftPasskey()).status_code == 201

    assert code(desk.call("POST", "/passkey-offers")) == (409, "passkey_limit_reached")
    assert code(desk.send(waiting, SoftPasskey().make(waiting["publicKey"]))) == (409, "passkey_limit_reached")
    one = desk.call("GET", "/passkeys").get_json()[0]["id"]
    assert desk.call("DELETE", f"/passkeys/{one}").status_code == 204
    assert desk.add(SoftPasskey()).status_code == 201


def test_who_stopped_new_phones_adds_no_passkey_either(
    app: Flask, kit: Kit, person: Somebody, clock: MovableClock
) -> None:
    desk = desk_of(app, person)
    offer = desk.offered()
    with kit.begin() as session:
        session.execute(update(Person).values(bindings_frozen_at=clock.now()))

    assert code(desk.call("POST", "/passkey-offers")) == (403, "bindings_frozen")
    assert code(desk.send(offer, SoftPasskey().make(offer["publicKey"]))) == (403, "bindings_frozen")
    assert kept(kit) == []


def test_whether_it_may_be_copied_is_kept(app: Flask, kit: Kit, person: Somebody) -> None:
    synced = SoftPasskey(flags=PRESENT | VERIFIED | BACKUP_ELIGIBLE | BACKED_UP)

    body = desk_of(app, person).add(synced, name="My keeper").get_json()

    assert (body["name"], body["backup_eligible"], body["backed_up"]) == ("My keeper", True, True)
    assert [(each.backup_eligible, each.backed_up) for each in kept(kit)] == [(True, True)]


def test_it_is_listed_named_and_removed_by_its_owner_alone(app: Flask, kit: Kit, person: Somebody) -> None:
    added_passkey(app, person)
    desk, stranger = desk_of(app, person, acr="otp"), desk_of(app, make_person(kit, 2))
    (listed,) = desk.call("GET", "/passkeys").get_json()
    path = f"/passkeys/{listed['id']}"

    assert stranger.call("GET", "/passkeys").get_json() == []
    assert code(stranger.call("PATCH", path, {"name": "Mine"})) == (404, "not_found")
    assert code(stranger.call("DELETE", path)) == (404, "not_found")
    assert desk.call("PATCH", path, {"name": "Blue key"}).get_json()["name"] == "Blue key"
    assert desk.call("DELETE", path).status_code == 204
    assert code(desk.call("DELETE", path)) == (404, "not_found")
    assert kept(kit) == []
    assert [act for act in acts(kit) if act[0].startswith("passkey.")] == [
        ("passkey.added", "done"),
        ("passkey.renamed", "done"),
        ("passkey.removed", "done"),
    ]
    assert len([letter for letter in letters_of(kit) if "was removed" in letter.values["what"]]) == 2


def test_a_session_that_ends_meanwhile_adds_nothing(kit: Kit, person: Somebody) -> None:
    view, browser = make_session(kit, person).view, "browser"
    made = offer(kit, view, browser=browser)
    credential = SoftPasskey().make(made.public_key)
    sessions.end_all_sessions(kit, view=view)

    with pytest.raises(StepUpRequired):
        add(kit, view, offer_id=made.id, credential=credential, browser=browser)
    with pytest.raises(StepUpRequired):
        offer(kit, view, browser=browser)
    assert kept(kit) == []


def test_a_password_that_is_set_anew_ends_all_passkeys(app: Flask, kit: Kit, person: Somebody) -> None:
    passkey = added_passkey(app, person)
    with kit.begin() as session:
        kit.port(Ways).on_reset(session, kit, session.get_one(Person, person.id))

    assert code(desk_of(app).log_in(passkey)) == (401, "passkey_refused")
    told = [letter for letter in letters_of(kit) if "set anew" in letter.values["what"]]
    assert len(told) == 2
