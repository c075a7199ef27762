"""Every state of a registration with every event: the table of docs/registration.md, cell by cell."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from authsvc.core.jobs import jobs_of
from authsvc.core.kit import Kit
from authsvc.identity import suspension
from authsvc.identity.models import EmailChange, Person
from authsvc.registration.models import Registration
from authsvc.registration.service import APPLICATION_LIFE
from tests.authsvc.registration import acts
from tests.browser import PASSWORD, Browser
from tests.clocks import MovableClock
from tests.rules.tree import ROOT

UNKNOWN, NEW, BACKUP = "A" * 43, "new@mail.example.tw", "second@mail.example.tw"
STATES = ("nobody", "live", "dead", "last", "registered", "moving", "stale", "suspended")
PENDING, REFUSED, REPEATED = "409 registration_pending", "401 link_refused", "409 already_registered"
NONE, STRANGER, OUTSIDE = "409 no_pending_registration", "401 card_not_registered", "401 login_required"
TABLE: dict[str, tuple[str, ...]] = {
    "apply": ("202 → live", PENDING, PENDING, PENDING, *[REPEATED] * 4),
    "confirm, right link": (
        *(REFUSED, "200 → registered", "410 link_expired", "200 → registered"),
        *[REFUSED] * 4,
    ),
    "confirm, old link": (REFUSED,) * 8,
    "confirm, unknown link": (REFUSED,) * 8,
    "confirm, other card": (REFUSED,) * 8,
    "resend": (NONE, "202", "202 → live", *[NONE] * 5),
    "resend, new address": (NONE, "202", "202 → live", *[NONE] * 5),
    "cancel": (NONE, *["204 → nobody"] * 3, *[NONE] * 4),
    "reset": (*[STRANGER] * 4, "204", "204 → registered", "204 → registered", "403 suspended"),
    "login": (*[STRANGER] * 4, "201", "201", "201", "403 suspended"),
    "change password": (*[OUTSIDE] * 4, "204", "204 → registered", "204 → registered", OUTSIDE),
    "change backup e-mail": (*[OUTSIDE] * 4, "200", "200", "200", OUTSIDE),
    "change e-mail": (*[OUTSIDE] * 4, "200 → moving", "200", "200 → moving", OUTSIDE),
    "confirm e-mail": (*[REFUSED] * 5, "204 → registered", "410 link_expired", REFUSED),
    "confirm backup e-mail": (*[REFUSED] * 4, "204", "204", "410 link_expired", REFUSED),
    "5 days pass": ("–", "→ dead", "–", "→ nobody", "–", "→ stale", "→ registered", "–"),
    "30 days pass": ("–", *["→ nobody"] * 3, "–", "→ registered", "→ registered", "–"),
}
CELLS = [(state, event, cell) for event, row in TABLE.items() for state, cell in zip(STATES, row, strict=True)]


class Scene(NamedTuple):
    """The running service, a browser of 王, and the moment."""

    app: Flask
    kit: Kit
    browser: Browser
    clock: MovableClock


@pytest.fixture
def scene(app: Flask, kit: Kit, browser: Browser, clock: MovableClock) -> Scene:
    browser.deck.certificate("lin-nhi")  # issued before time passes, whichever test comes first
    return Scene(app, kit, browser, clock)


def pass_days(scene: Scene, days: int) -> None:
    """Let time go by, and the worker do what it does every minute."""
    scene.clock.forward(days=days)
    for job in jobs_of(scene.app):
        job(scene.kit)


def apply_and_resend(scene: Scene) -> None:
    """Apply and have the link sent anew, so that there is an old one too."""
    assert acts.apply(scene.browser, backup_email=BACKUP).status_code == 202
    scene.clock.forward(seconds=1)
    assert acts.resend(scene.browser).status_code == 202


def be_nobody(scene: Scene) -> None:
    """Be somebody whose application was cancelled, so that there are links to try."""
    apply_and_resend(scene)
    assert acts.cancel(scene.browser).status_code == 204


def be_erased(scene: Scene) -> None:
    apply_and_resend(scene)
    pass_days(scene, 31)


def be_dead(scene: Scene) -> None:
    apply_and_resend(scene)
    pass_days(scene, 6)


def be_last(scene: Scene) -> None:
    assert acts.apply(scene.browser, backup_email=BACKUP).status_code == 202
    pass_days(scene, 29)
    assert acts.resend(scene.browser).status_code == 202
    pass_days(scene, 2)


def be_registered(scene: Scene) -> None:
    apply_and_resend(scene)
    assert acts.confirm(scene.browser, acts.last_token(scene.kit)).status_code == 200


def be_moving(scene: Scene) -> None:
    be_registered(scene)
    assert change_email(scene, "first@mail.example.tw").status_code == 200
    scene.clock.forward(seconds=1)


def be_stale(scene: Scene) -> None:
    be_moving(scene)
    pass_days(scene, 6)


def be_suspended(scene: Scene) -> None:
    """Be somebody who asked for a new address, is logged in, and is suspended then."""
    be_moving(scene)
    with scene.kit.begin() as session:
        suspension.suspend(session, scene.kit, person_id=session.scalars(select(Person.id)).one())


ARRIVALS: dict[str, Callable[[Scene], None]] = {
    "nobody": be_nobody,
    "live": apply_and_resend,
    "dead": be_dead,
    "last": be_last,
    "registered": be_registered,
    "moving": be_moving,
    "stale": be_stale,
    "suspended": be_suspended,
}


def links(scene: Scene) -> list[str]:
    """Return the tokens of the links that were mailed to confirm applications."""
    return [mail.token for mail in acts.mails(scene.kit) if mail.template == "confirm"]


def change_email(scene: Scene, email: str = NEW) -> TestResponse:
    scene.browser.log_in("wang")
    return scene.browser.call("PATCH", "/me", {"email": email})


def change_password(scene: Scene) -> TestResponse:
    scene.browser.log_in("wang")
    return scene.browser.call("PUT", "/me/password", {"current": PASSWORD, "new": "Neu-ling7"})


def change_backup(scene: Scene) -> TestResponse:
    scene.browser.log_in("wang")
    return scene.browser.call("PATCH", "/me", {"backup_email": NEW})


def confirm_email(scene: Scene, template: str = "email") -> TestResponse:
    tokens = [mail.token for mail in acts.mails(scene.kit) if mail.template == template]
    return scene.browser.post("/me/email-confirmations", {"token": tokens[-1] if tokens else UNKNOWN})


EVENTS: dict[str, Callable[[Scene], Any]] = {
    "apply": lambda scene: acts.apply(scene.browser),
    "confirm, right link": lambda scene: acts.confirm(scene.browser, links(scene)[-1]),
    "confirm, old link": lambda scene: acts.confirm(scene.browser, links(scene)[0]),
    "confirm, unknown link": lambda scene: acts.confirm(scene.browser, UNKNOWN),
    "confirm, other card": lambda scene: acts.confirm(scene.browser, links(scene)[-1], card="lin-nhi"),
    "resend": lambda scene: acts.resend(scene.browser),
    "resend, new address": lambda scene: acts.resend(scene.browser, email=NEW),
    "cancel": lambda scene: acts.cancel(scene.browser),
    "reset": lambda scene: acts.reset(scene.browser),
    "login": lambda scene: scene.browser.log_in("wang"),
    "change password": change_password,
    "change backup e-mail": change_backup,
    "change e-mail": change_email,
    "confirm e-mail": confirm_email,
    "confirm backup e-mail": lambda scene: confirm_email(scene, "backup_email"),
    "5 days pass": lambda scene: pass_days(scene, 5),
    "30 days pass": lambda scene: pass_days(scene, 30),
}


def state_of(scene: Scene) -> str:
    """Return the state in which 王 is, by what is stored."""
    now = scene.kit.clock.now()
    with scene.kit.read() as session:
        person, row = session.scalar(select(Person)), session.scalar(select(Registration))
        change = session.scalar(select(EmailChange).where(EmailChange.field == "email"))
    if person is not None:
        assert row is None
        if person.status != "active":
            return "suspended"
        if change is None:
            return "registered"
        return "moving" if change.expires_at > now else "stale"
    if row is None:
        return "nobody"
    young = row.created_at + APPLICATION_LIFE > now
    if row.link_expires_at > now:
        return "live" if young else "last"
    return "dead" if young else "outlived: the worker erases it"


def told(answer: TestResponse | None, before: str, after: str) -> str:
    """Write what happened as a cell of the table."""
    said = "" if answer is None else " ".join(str(part) for part in acts.code(answer) if part)
    moved = "" if after == before else f"→ {after}"
    return " ".join(part for part in (said, moved) if part) or "–"


@pytest.mark.parametrize(("state", "event", "cell"), CELLS, ids=[f"{state}: {event}" for state, event, _ in CELLS])
def test_each_event_in_each_state_does_what_the_table_says(scene: Scene, state: str, event: str, cell: str) -> None:
    ARRIVALS[state](scene)
    assert state_of(scene) == state

    answer = EVENTS[event](scene)

    assert told(answer, state, state_of(scene)) == cell


def test_the_document_has_the_same_table() -> None:
    page = (ROOT / "docs/registration.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page[page.index("| event |") :].splitlines()
        if line.startswith("|")
    ]
    head, rows = rows[0], rows[2:]

    assert tuple(head[1:]) == STATES
    assert {row[0]: tuple(row[1:]) for row in rows} == TABLE
    assert set(TABLE) == set(EVENTS)


def test_the_document_explains_and_draws_every_state() -> None:
    page = (ROOT / "docs/registration.md").read_text(encoding="utf-8")
    explained = re.findall(r"^\| (\w+) \|", page[: page.index("```")], flags=re.MULTILINE)
    drawing = page.split("```")[1]

    assert tuple(explained[1:]) == STATES
    assert [state for state in STATES if state not in drawing] == []


def test_who_was_erased_or_never_came_is_nobody_like_who_cancelled(scene: Scene) -> None:
    answers = []
    for arrive in (lambda _: None, be_nobody, be_erased):
        arrive(scene)
        assert state_of(scene) == "nobody"
        tries = (acts.resend, acts.cancel, acts.reset, lambda browser: browser.log_in("wang"))
        answers.append([acts.code(each(scene.browser)) for each in tries])

    assert answers[0] == answers[1] == answers[2]


def test_services_that_are_restored_open_neither_sessions_nor_links_again(scene: Scene) -> None:
    be_suspended(scene)
    assert acts.code(scene.browser.get("/me")) == (401, "login_required")

    with scene.kit.begin() as session:
        suspension.restore(session, scene.kit, person_id=session.scalars(select(Person.id)).one())

    assert state_of(scene) == "registered"
    assert acts.code(scene.browser.get("/me")) == (401, "login_required")
    assert acts.code(confirm_email(scene)) == (401, "link_refused")
    assert scene.browser.log_in("wang").status_code == 201
