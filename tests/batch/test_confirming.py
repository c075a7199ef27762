"""Whoever their employer entered completes it with link, card, password and terms; or has the link sent again."""

import httpx2
import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from authsvc.core.letters import write_letter
from authsvc.core.outbox import OutboxMail
from authsvc.identity.models import Person
from authsvc.identity.terms import CURRENT_TERMS
from mocks.people import World
from mocks.registry import app as registry_app
from tests.authsvc.registration.acts import apply, cancel, code, confirm, last_token, resend
from tests.batch.scene import Scene, file_of, make_scene
from tests.browser import Browser
from tests.clocks import MovableClock

OWN = {"password": "Kite-7tail", "terms_version": CURRENT_TERMS}


@pytest.fixture
def crowded(world: World) -> World:
    """Let the cards of the named people be the registry's."""
    return world


@pytest.fixture
def transports(transports: dict[str, httpx2.BaseTransport], world: World) -> dict[str, httpx2.BaseTransport]:
    return transports | {"registry": httpx2.WSGITransport(registry_app.create_app(world))}


@pytest.fixture
def scene(app: Flask, world: World) -> Scene:
    """Enter 王 and 陳, who are insured in the first unit."""
    scene = make_scene(app, world)
    scene.taken(file_of([world.person("wang"), world.person("chen")]))
    scene.work()
    return scene


def link_of(scene: Scene, key: str, template: str = "registration/mail/employer") -> str:
    found = [values["link"] for to, values in scene.mails(template) if to == f"{key}@mail.example.tw"]
    return str(found[-1]).partition("#")[2]


def person(scene: Scene) -> Person | None:
    with scene.kit.read() as session:
        return session.scalar(select(Person).where(Person.registered_via == "batch"))


def test_link_card_password_and_terms_open_the_account(scene: Scene, browser: Browser) -> None:
    # given the link without what only the person can bring along
    token = link_of(scene, "wang")
    assert code(confirm(browser, token)) == (422, "invalid")
    assert code(confirm(browser, token, password="Kite-7tail")) == (422, "invalid")  # and the terms
    assert code(confirm(browser, token, card="chen-nhi", **OWN))[0] == 401
    # when
    assert confirm(browser, token, **OWN).status_code == 200
    # then
    opened = person(scene)
    assert opened is not None
    assert opened.registered_via == "batch"
    assert opened.card_key is not None
    proof = browser.prove("wang-nhi", "login")
    assert browser.post("/sessions/card", {"card_proof": proof, "password": "Kite-7tail"}).status_code == 201
    assert len(scene.applications()) == 1


def test_the_link_is_valid_for_five_days_and_the_card_revives_it(
    scene: Scene, browser: Browser, clock: MovableClock
) -> None:
    # given
    first = link_of(scene, "wang")
    clock.forward(days=5)
    assert code(confirm(browser, first, **OWN)) == (410, "link_expired")
    # when
    assert resend(browser, email="wang@other.example.tw").status_code == 202
    # then the new mail says again that the employer applied
    token = last_token(scene.kit, "employer")
    assert token != first
    assert code(confirm(browser, first, **OWN)) == (401, "link_refused")
    assert confirm(browser, token, **OWN).status_code == 200


def test_a_new_link_is_told_in_the_employers_words(scene: Scene, browser: Browser, app: Flask) -> None:
    assert resend(browser).status_code == 202
    with scene.kit.read() as session:
        mails = session.scalars(select(OutboxMail).where(OutboxMail.template == "registration/mail/employer")).all()
    assert len(mails) == 3
    with app.app_context(), force_locale("zh_Hant_TW"):
        letters = [write_letter(scene.kit, mail) for mail in mails]
    assert {letter.subject for letter in letters} == {"投保單位已為您申請註冊：請完成健保卡註冊認證"}
    assert all("/registration/confirm#" in letter.text for letter in letters)
    assert all("5日內" in letter.html for letter in letters)


def test_whoever_does_not_want_it_cancels_with_the_card_and_applies_by_themselves(
    scene: Scene, browser: Browser
) -> None:
    assert code(apply(browser)) == (409, "registration_pending")
    assert cancel(browser).status_code == 204
    assert apply(browser).status_code == 202
    assert code(confirm(browser, last_token(scene.kit, "confirm"), **OWN)) == (422, "invalid")
    assert confirm(browser, last_token(scene.kit, "confirm")).status_code == 200


def test_an_application_that_is_over_gives_way_to_a_new_file(scene: Scene, clock: MovableClock) -> None:
    # given applications that nobody confirmed in 30 days, and that no job has erased yet
    before = {row.id for row in scene.applications()}
    clock.forward(days=30)
    wang = scene.world.person("wang")
    batch_id = scene.taken(file_of([wang]))
    scene.work()

    assert scene.words(batch_id) == {1: "applied"}
    after = {row.id for row in scene.applications()}
    assert len(after - before) == 1
    assert len(before - after) == 1


def test_an_application_of_a_card_that_was_replaced_gives_way_too(scene: Scene) -> None:
    with scene.kit.begin() as session:
        for row in scene.applications():
            session.merge(row).card_number_index = b"old"
    batch_id = scene.taken(file_of([scene.world.person("chen")]))
    scene.work()

    assert scene.words(batch_id) == {1: "applied"}
    assert len(scene.applications()) == 2
