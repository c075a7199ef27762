"""Logging in with a passkey, and everything that is not one (WebAuthn section 7.2)."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from authsvc.core.kit import Kit
from authsvc.identity.history import show_history
from authsvc.identity.models import Person
from authsvc.identity.sessions import require_user_verified
from passkeys.models import Passkey, PasskeyChallenge
from tests.authenticators import PRESENT, VERIFIED
from tests.clocks import MovableClock
from tests.factories import Somebody, make_person, make_session
from tests.letters import letters_of
from tests.passkeys.keys import BACKUP_ELIGIBLE, SoftPasskey, added_passkey, code, desk_of, kept
from tests.simulators import acts

REFUSED = (401, "passkey_refused")


@pytest.fixture
def person(kit: Kit) -> Somebody:
    return make_person(kit)


@pytest.fixture
def passkey(app: Flask, person: Somebody) -> SoftPasskey:
    return added_passkey(app, person)


def test_a_passkey_opens_a_session_without_anything_typed(
    app: Flask, kit: Kit, person: Somebody, passkey: SoftPasskey, clock: MovableClock
) -> None:
    clock.forward(days=3)
    desk = desk_of(app)
    challenge = desk.challenge()
    assert challenge["publicKey"]["allowCredentials"] == []
    assert challenge["publicKey"]["userVerification"] == "required"

    answer = desk.enter(challenge, passkey.answer(challenge["publicKey"]))

    assert answer.status_code == 201
    body = answer.get_json()
    assert (body["acr"], body["amr"], body["binding"]) == ("passkey", ["swk", "user"], None)
    assert desk.call("GET", "/sessions/current").get_json()["person"]["name"] == "王○明"
    (used,) = kept(kit)
    assert (used.used_at, used.sign_count) == (clock.now(), 2)
    view = make_session(kit, person, acr="passkey").view
    assert show_history(kit, view=view).events[0].text == "Login with a passkey."
    require_user_verified(view)


def test_a_session_by_passkey_is_no_card(app: Flask, passkey: SoftPasskey) -> None:
    desk = desk_of(app)
    assert desk.log_in(passkey).status_code == 201

    for call in (("POST", "/device-codes"), ("POST", "/passkey-offers")):
        assert code(desk.call(*call)) == (403, "step_up_required")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ({"origin": "https://portal.example"}, "another site"),
        ({"origin": "http://localhost:8000.portal.example"}, "a site whose name begins like ours"),
        ({"rp_id": "portal.example"}, "another relying party"),
        ({"flags": PRESENT}, "a user who was not verified"),
        ({"flags": VERIFIED}, "nobody there"),
        ({"flags": PRESENT | VERIFIED | BACKUP_ELIGIBLE}, "another kind of credential than was added"),
        ({"framed_by": "https://portal.example"}, "a frame of another site"),
        ({"handle": None}, "no owner named"),
        ({"handle": "AAAA"}, "another owner named"),
    ],
)
def test_an_answer_with_one_thing_wrong_opens_nothing(
    app: Flask, kit: Kit, passkey: SoftPasskey, spoil: dict[str, Any], words: str
) -> None:
    desk, right = desk_of(app), {name: getattr(passkey, name) for name in spoil}
    vars(passkey).update(spoil)

    assert code(desk.log_in(passkey)) == REFUSED, words
    assert acts(kit)[-1] == ("login.passkey", "passkey_refused")
    vars(passkey).update(right)
    assert desk.log_in(passkey).status_code == 201


def test_another_key_under_a_known_name_opens_nothing(app: Flask, passkey: SoftPasskey) -> None:
    forged = SoftPasskey(credential_id=passkey.credential_id, handle=passkey.handle, count=10)

    assert code(desk_of(app).log_in(forged)) == REFUSED
    assert desk_of(app).log_in(passkey).status_code == 201


def test_a_changed_answer_opens_nothing(app: Flask, passkey: SoftPasskey) -> None:
    desk = desk_of(app)
    for part in ("signature", "clientDataJSON", "authenticatorData"):
        challenge = desk.challenge()
        answer = passkey.answer(challenge["publicKey"])
        told = answer["response"][part]
        answer["response"][part] = told[:-6] + ("A" if told[-6] != "A" else "B") + told[-5:]
        assert code(desk.enter(challenge, answer)) == REFUSED, part


def test_a_registration_is_no_login(app: Flask, person: Somebody, passkey: SoftPasskey) -> None:
    desk = desk_of(app)
    challenge = desk.challenge()
    made = passkey.sign(b"x" * 32, kind="webauthn.create")
    made["response"]["userHandle"] = passkey.handle

    assert code(desk.enter(challenge, made)) == REFUSED
    assert person


def test_a_challenge_is_answered_once_within_five_minutes_in_the_browser_that_asked(
    app: Flask, person: Somebody, passkey: SoftPasskey, clock: MovableClock
) -> None:
    refused = (401, "passkey_challenge_refused")
    desk, other = desk_of(app), desk_of(app)
    other.challenge()
    challenge = desk.challenge()
    answer = passkey.answer(challenge["publicKey"])

    assert code(other.enter(challenge, answer)) == refused
    assert desk.enter(challenge, answer).status_code == 201
    assert code(desk.enter(challenge, answer)) == refused
    fresh = desk.challenge()
    assert code(desk.enter(fresh, answer)) == REFUSED
    assert code(desk.enter(fresh, passkey.answer(fresh["publicKey"]))) == refused, "a wrong answer uses it up too"
    offer = desk_of(app, person).offered()
    assert code(desk.enter(offer, passkey.answer(offer["publicKey"]))) == refused
    late = desk.challenge()
    clock.forward(minutes=5)
    assert code(desk.enter(late, passkey.answer(late["publicKey"]))) == refused


def test_unknown_and_removed_passkeys_are_refused_alike(app: Flask, person: Somebody, passkey: SoftPasskey) -> None:
    owner = desk_of(app, person)
    (listed,) = owner.call("GET", "/passkeys").get_json()
    assert owner.call("DELETE", f"/passkeys/{listed['id']}").status_code == 204

    removed = desk_of(app).log_in(passkey)
    unknown = desk_of(app).log_in(SoftPasskey(handle=passkey.handle))

    assert code(removed) == code(unknown) == REFUSED
    assert removed.get_json() == unknown.get_json()


def test_a_counter_that_goes_back_is_refused_and_told(
    app: Flask, kit: Kit, person: Somebody, passkey: SoftPasskey
) -> None:
    copy = SoftPasskey(passkey.key, passkey.credential_id, count=passkey.count, handle=passkey.handle)
    assert desk_of(app).log_in(passkey).status_code == 201

    answer = desk_of(app).log_in(copy)

    assert code(answer) == (401, "passkey_copied")
    assert acts(kit)[-1] == ("login.passkey", "passkey_copied")
    assert [letter for letter in letters_of(kit) if "there is a copy of it" in letter.values["what"]]
    events = show_history(kit, view=make_session(kit, person).view).events
    assert "A login with a passkey was refused: it seems that there is a copy of it." in [each.text for each in events]
    assert desk_of(app).log_in(passkey).status_code == 201


def test_a_counter_that_falls_to_nothing_is_refused_and_one_that_never_counts_is_not(
    app: Flask, person: Somebody, passkey: SoftPasskey
) -> None:
    passkey.count = None
    assert code(desk_of(app).log_in(passkey)) == (401, "passkey_copied")

    silent = SoftPasskey(count=None)
    assert desk_of(app, person).add(silent).status_code == 201
    assert [desk_of(app).log_in(silent).status_code for _ in range(2)] == [201, 201]


def test_a_suspended_persons_passkey_is_refused(app: Flask, kit: Kit, passkey: SoftPasskey) -> None:
    with kit.begin() as session:
        session.execute(update(Person).values(status="suspended"))

    assert code(desk_of(app).log_in(passkey)) == (403, "suspended")
    assert acts(kit)[-1] == ("login.passkey", "suspended")
    assert kept(kit)[0].used_at is None


def test_the_unit_goes_with_the_session(app: Flask, passkey: SoftPasskey) -> None:
    body = desk_of(app).log_in(passkey, unit_code="110900011", appoint_managers=True).get_json()

    assert (body["unit_code"], body["appoint_managers"]) == ("110900011", True)


def test_whoever_was_logged_in_here_is_not_any_more(app: Flask, kit: Kit, passkey: SoftPasskey) -> None:
    desk = desk_of(app, make_person(kit, 2))
    before = desk.call("GET", "/sessions/current").get_json()["id"]

    assert desk.log_in(passkey).status_code == 201
    assert desk.call("GET", "/sessions/current").get_json()["id"] != before
    assert desk.call("GET", "/sessions/current").get_json()["acr"] == "passkey"


def test_what_nobody_answered_is_forgotten(app: Flask, kit: Kit, clock: MovableClock) -> None:
    desk_of(app).challenge()
    clock.forward(minutes=5)
    for job in app.extensions["jobs"]:
        job(kit)

    with kit.read() as session:
        assert session.query(PasskeyChallenge).count() == 0


def test_a_backup_made_later_is_noticed(app: Flask, kit: Kit, person: Somebody) -> None:
    synced = SoftPasskey(flags=PRESENT | VERIFIED | BACKUP_ELIGIBLE)
    assert desk_of(app, person).add(synced).status_code == 201
    synced.flags |= 0x10

    assert desk_of(app).log_in(synced).status_code == 201
    with kit.read() as session:
        assert session.query(Passkey.backed_up).all() == [(True,)]
