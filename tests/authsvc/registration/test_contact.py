"""Contact data and the confirmed change of an e-mail address."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from authsvc.core.kit import Kit
from authsvc.registration import mailboxes
from tests.authsvc.registration import acts
from tests.browser import Browser
from tests.clocks import MovableClock

OLD, NEW, SECOND = "wang@mail.example.tw", "new@mail.example.tw", "second@mail.example.tw"
FIVE_DAYS = 432_000


@pytest.fixture
def inside(browser: Browser, kit: Kit, clock: MovableClock) -> Browser:
    """Return a browser in which 王 is logged in by card; both addresses are confirmed."""
    acts.register(browser, kit, backup_email=SECOND)
    assert acts.confirm_backup(browser, kit).status_code == 204
    acts.forget_mails(kit)
    browser.log_in("wang")
    clock.forward(seconds=1)
    return browser


def alter(browser: Browser, **changes: Any) -> TestResponse:
    return browser.call("PATCH", "/me", changes)


def confirm(browser: Browser, token: str) -> TestResponse:
    return browser.post("/me/email-confirmations", {"token": token})


def shown(browser: Browser) -> dict[str, Any]:
    answer: dict[str, Any] | None = browser.get("/me").json
    assert answer is not None
    return answer


def test_people_see_their_contact_data_and_their_id_masked(inside: Browser) -> None:
    assert shown(inside) == {
        "name": "王○明",
        "national_id": "A10****016",
        "email": OLD,
        "backup_email": SECOND,
        "phone": None,
        "mobile": acts.MOBILE,
        "pending_email": None,
        "pending_backup_email": None,
    }


def test_a_new_address_waits_until_it_is_confirmed_and_both_are_told(inside: Browser, kit: Kit) -> None:
    answer = alter(inside, email=NEW)

    assert answer.status_code == 200
    assert (shown(inside)["email"], shown(inside)["pending_email"]) == (OLD, NEW)
    assert acts.told(kit, "email") == {NEW}
    assert acts.told(kit, "notice") == {OLD, SECOND}

    assert confirm(inside, acts.last_token(kit, "email")).status_code == 204

    assert (shown(inside)["email"], shown(inside)["pending_email"]) == (NEW, None)
    assert acts.told(kit, "notice") == {OLD, NEW, SECOND}
    assert acts.outcomes(kit, "email.changed") == ["done", "done"]  # the backup address, then this one


def test_an_address_is_confirmed_once_by_its_last_link_only(inside: Browser, kit: Kit, clock: MovableClock) -> None:
    alter(inside, email="first@mail.example.tw")
    first = acts.last_token(kit, "email")
    clock.forward(seconds=1)
    alter(inside, email=NEW)
    token = acts.last_token(kit, "email")

    assert acts.code(confirm(inside, first)) == (401, "link_refused")
    assert confirm(inside, token).status_code == 204
    assert acts.code(confirm(inside, token)) == (401, "link_refused")
    assert shown(inside)["email"] == NEW


@pytest.mark.parametrize(("age", "expected"), [(FIVE_DAYS - 1, (204, "")), (FIVE_DAYS, (410, "link_expired"))])
def test_the_link_to_a_new_address_lives_five_days(
    inside: Browser, kit: Kit, clock: MovableClock, age: int, expected: tuple[int, str]
) -> None:
    alter(inside, email=NEW)
    clock.forward(seconds=age)
    mailboxes.purge(kit)

    assert acts.code(confirm(inside, acts.last_token(kit, "email"))) == expected


def test_addresses_that_nobody_confirmed_are_forgotten(inside: Browser, kit: Kit, clock: MovableClock) -> None:
    alter(inside, email=NEW)
    clock.forward(days=10)
    mailboxes.purge(kit)

    assert acts.code(confirm(inside, acts.last_token(kit, "email"))) == (401, "link_refused")


def test_entering_the_present_address_takes_a_change_back(inside: Browser, kit: Kit) -> None:
    alter(inside, email=NEW)

    alter(inside, email=OLD)

    assert shown(inside)["pending_email"] is None
    assert acts.code(confirm(inside, acts.last_token(kit, "email"))) == (401, "link_refused")


def test_other_contact_data_change_at_once_and_every_address_is_told(inside: Browser, kit: Kit) -> None:
    answer = alter(inside, phone="037-123456", mobile="0987654321")

    assert answer.json is not None
    assert answer.json == shown(inside)
    assert (answer.json["mobile"], answer.json["phone"]) == ("0987654321", "037-123456")
    assert acts.told(kit, "notice") == {OLD, SECOND}


def test_a_backup_address_and_a_telephone_can_be_removed(inside: Browser, kit: Kit) -> None:
    alter(inside, phone="02-21234567")

    answer = alter(inside, backup_email=None, phone=None)

    assert answer.json is not None
    assert (answer.json["backup_email"], answer.json["phone"]) == (None, None)
    assert SECOND in acts.told(kit, "notice")


def test_a_change_to_what_is_there_already_tells_nobody(inside: Browser, kit: Kit) -> None:
    assert alter(inside, mobile=acts.MOBILE, email=OLD).status_code == 200

    assert acts.told(kit, "notice") == set()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"email": None},
        {"email": "a@b"},
        {"email": "a@b.tw\r\nBcc: c@d.tw"},
        {"mobile": None},
        {"mobile": "0812345678"},
        {"phone": "21234567"},
        {"password": "Neu-ling7"},
        {"national_id": "A123456789"},
        {"status": "active"},
    ],
)
def test_what_is_no_contact_data_is_refused(inside: Browser, changes: dict[str, Any]) -> None:
    before = shown(inside)

    assert acts.code(alter(inside, **changes)) == (422, "invalid")
    assert shown(inside) == before


def test_nobodys_mailbox_is_filled_by_changing_addresses(inside: Browser) -> None:
    # One mail was the application's.
    for number in range(19):
        assert alter(inside, email=f"a{number}@mail.example.tw").status_code == 200

    assert acts.code(alter(inside, email=NEW)) == (429, "too_many_tries")
    assert alter(inside, phone="02-21234567").status_code == 200


def test_each_address_that_is_written_to_counts(inside: Browser) -> None:
    for number in range(9):
        answer = alter(inside, email=f"a{number}@mail.example.tw", backup_email=f"b{number}@mail.example.tw")
        assert answer.status_code == 200
    assert alter(inside, backup_email="b9@mail.example.tw").status_code == 200

    assert acts.code(alter(inside, backup_email=NEW)) == (429, "too_many_tries")
    assert alter(inside, backup_email=None).status_code == 200


def test_no_mail_holds_a_full_id_a_number_or_a_code(inside: Browser, kit: Kit) -> None:
    alter(inside, email=NEW, mobile="0987654321")
    confirm(inside, acts.last_token(kit, "email"))
    person = inside.person("wang")

    everything = "".join(str(mail.values | {"link": ""}) for mail in acts.mails(kit))

    for secret in (person.national_id, person.name, person.card_number, acts.MOBILE, "0987654321", "Tang-fu9x"):
        assert secret not in everything
