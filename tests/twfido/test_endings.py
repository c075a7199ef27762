"""An approved login that nobody collected ends with what ends all of its owner's sessions."""

from dataclasses import asdict

import pytest

from authsvc.core.kit import Kit
from authsvc.identity import sessions
from mocks.people import World
from tests.browser import Browser
from tests.factories import session_of
from tests.twfido.conftest import Login


def leave_everywhere(owner: Browser, kit: Kit, account: str, world: World) -> None:
    del owner, world
    sessions.end_all_sessions(kit, view=session_of(kit, account))


def reset_the_password(owner: Browser, kit: Kit, account: str, world: World) -> None:
    del kit, account
    household = world.person("wang").household
    assert household is not None
    body = {"card_proof": owner.prove("wang-nhi", "reset"), "household": asdict(household), "password": "Another9-pw"}
    assert owner.post("/passwords/resets", body).status_code == 204


@pytest.mark.parametrize("end", [leave_everywhere, reset_the_password])
def test_an_approval_ends_with_all_sessions(
    login: Login, account: str, kit: Kit, world: World, browser: Browser, end: object
) -> None:
    login.begin()
    login.approve()
    assert login.told() == ("approved", None)

    assert callable(end)
    end(browser, kit, account, world)

    assert login.enter().status_code in (409, 410)
    assert login.browser.get("/sessions/current").status_code == 401
