"""The voucher on paper: it cuts off one phone, tells nobody anything, and is good for nothing else."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from authsvc.core.kit import Kit
from mobileapp.client import Phone
from tests.clocks import MovableClock
from tests.factories import Somebody, log_in, make_bound_phone, make_person
from tests.letters import letters_of
from tests.simulators import acts

USES = "/api/v1/device-revocations"


@pytest.fixture
def person(kit: Kit) -> Somebody:
    return make_person(kit)


@pytest.fixture
def phone(app: Flask, clock: MovableClock, person: Somebody) -> Phone:
    return make_bound_phone(app, clock, person, name="Mei's phone")


@pytest.fixture
def voucher(client: FlaskClient, kit: Kit, person: Somebody, phone: Phone) -> str:
    """Return the text of the phone's voucher; the browser that fetched it is logged out again."""
    log_in(client, kit, person)
    printed = client.get(f"/api/v1/devices/{phone.device_id}/voucher").get_json()
    client.delete("/api/v1/sessions/current")
    letters_of(kit)
    return str(printed["url"].partition("/revoke#")[2])


def use(client: FlaskClient, text: str) -> tuple[int, str]:
    answer = client.post(USES, json={"voucher": text})
    return answer.status_code, (answer.get_json(silent=True) or {}).get("code", "")


def test_a_voucher_cuts_its_phone_off_and_the_person_has_a_mail(
    client: FlaskClient, kit: Kit, person: Somebody, phone: Phone, voucher: str
) -> None:
    assert use(client, voucher) == (204, "")

    assert not phone.is_bound()
    assert [(mail.to, mail.template) for mail in letters_of(kit)] == [(person.email, "devicebind/mail/unbound")]
    assert acts(kit)[-1] == ("device.unbound", "done")


def test_a_used_voucher_is_answered_like_a_fresh_one_and_does_nothing(
    app: Flask, client: FlaskClient, kit: Kit, clock: MovableClock, person: Somebody, voucher: str
) -> None:
    use(client, voucher)
    letters_of(kit)
    other = make_bound_phone(app, clock, person)
    letters_of(kit)

    assert use(client, voucher) == (204, "")

    assert other.is_bound()
    assert letters_of(kit) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "E"),
        lambda text: "A" * 22 + text[22:],
        lambda text: re.sub(r"\.[^.]+\.", ".UGhvbmU.", text),
        lambda text: text[:40],
        lambda _text: "no voucher",
    ],
)
def test_what_is_not_ours_to_the_letter_is_refused_and_cuts_nothing_off(
    client: FlaskClient, phone: Phone, voucher: str, spoil: Callable[[str], str]
) -> None:
    assert use(client, spoil(voucher)) == (422, "voucher_refused")

    assert phone.is_bound()


def test_a_voucher_names_its_phone_masked_and_nothing_about_its_person(voucher: str, person: Somebody) -> None:
    device_id, label, digest = voucher.split(".")

    assert (len(device_id), len(digest)) == (22, 43)
    assert "Mei" not in label
    assert person.national_id not in voucher


def test_only_the_owner_who_came_by_card_gets_a_voucher(
    client: FlaskClient, kit: Kit, person: Somebody, phone: Phone
) -> None:
    path = f"/api/v1/devices/{phone.device_id}/voucher"
    assert client.get(path).status_code == 401
    log_in(client, kit, person, acr="qr")
    assert client.get(path).get_json()["code"] == "step_up_required"
    log_in(client, kit, make_person(kit, 2))
    assert client.get(path).status_code == 404


def test_a_voucher_opens_no_session_and_binds_no_phone(client: FlaskClient, voucher: str) -> None:
    client.post(USES, json={"voucher": voucher})

    assert client.get("/api/v1/sessions/current").status_code == 401
    assert client.get("/api/v1/devices", headers={"Authorization": f"DPoP {voucher}"}).status_code == 401


def test_vouchers_are_not_tried_without_end(client: FlaskClient, voucher: str) -> None:
    answers = [use(client, "no voucher")[0] for _ in range(21)]

    assert answers == [422] * 20 + [429]
    assert use(client, voucher)[0] == 429
