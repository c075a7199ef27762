"""Applying for an account: taken from everybody, opened only by the mail of those whom the registry confirms."""

from collections.abc import Callable

import httpx2
import pytest
from sqlalchemy import select

from authsvc.core.kit import Kit
from authsvc.core.remote import Remote
from authsvc.identity.registry import HttpRegistry, Registry
from mocks.card.cards import Deck
from mocks.people import World
from tests.clocks import MovableClock
from tests.insured import UNIT1, UNIT2
from tests.letters import letters_of
from tests.people import make_card_holder
from tests.simulators import Transports, acts, put_fault
from tests.underwriting.conftest import BOX, PASSWORD, Clerk, refusal
from underwriting import service
from underwriting.models import ACTIVE, WAITING, UnderwritingAccount, UnderwritingLink


def accounts(kit: Kit) -> list[UnderwritingAccount]:
    with kit.read() as session:
        return list(session.scalars(select(UnderwritingAccount).order_by(UnderwritingAccount.registered_at)))


def change(transports: Transports, national_id: str, **changes: object) -> None:
    with httpx2.Client(transport=transports["registry"], base_url="http://127.0.0.1") as control:
        control.patch(f"/control/people/{national_id}", json=changes).raise_for_status()


def test_a_clerk_of_the_unit_with_the_right_card_gets_a_link_that_activates(clerk: Clerk, kit: Kit) -> None:
    taken = clerk.apply()

    assert (taken.status_code, taken.get_json()) == (202, {"status": "taken"})
    assert [account.state for account in accounts(kit)] == [WAITING]
    assert refusal(clerk.log_in()) == (401, "underwriting_refused")
    (mail,) = clerk.letters()
    assert (mail.to, mail.template) == (BOX, "underwriting/mail/activate")
    assert mail.values["link"].startswith("http://localhost:8000/underwriting/activate#")
    assert clerk.person.national_id not in str(mail.values)
    assert clerk.person.name not in str(mail.values)

    assert clerk.activate(mail.values["link"].rpartition("#")[2]).status_code == 204
    assert [account.state for account in accounts(kit)] == [ACTIVE]
    assert clerk.log_in().status_code == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"unit_code": UNIT2},
        {"unit_code": "999999999"},
        {"card_number": "900000011037"},
        {"card_number": "000000000000"},
        {"national_id": "A109000016"},
        {"national_id": "A123456789"},
    ],
    ids=str,
)
def test_whatever_is_wrong_the_answer_is_the_same_and_nothing_is_sent(
    clerk: Clerk, kit: Kit, wrong: dict[str, str]
) -> None:
    right = clerk.apply()
    clerk.letters()
    taken = clerk.apply(**wrong)

    assert (taken.status_code, taken.data) == (right.status_code, right.data)
    assert [name for name, _ in taken.headers] == [name for name, _ in right.headers]
    assert clerk.letters() == []
    assert len(accounts(kit)) == 1
    assert acts(kit)[-1] == ("underwriting.asked", "not_confirmed")


@pytest.mark.parametrize("gone", [{"card_valid": False}, {"unit_code": None}, {"card_number": "900000039999"}], ids=str)
def test_a_card_that_is_no_longer_valid_and_a_clerk_who_left_get_nothing(
    clerk: Clerk, kit: Kit, transports: Transports, gone: dict[str, object]
) -> None:
    change(transports, clerk.person.national_id, **gone)

    assert clerk.apply().status_code == 202
    assert (clerk.letters(), accounts(kit)) == ([], [])


def test_what_the_registry_is_asked_does_not_depend_on_what_is_right(
    clerk: Clerk, kit: Kit, transports: Transports
) -> None:
    """Each application asks two questions and costs one hash, whoever applies."""
    asked: list[str] = []
    inner = transports["registry"].handle_request

    class Counting(httpx2.BaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            asked.append(request.url.path)
            return inner(request)

    kit.ports[Registry] = HttpRegistry(Remote("registry", "http://127.0.0.1:8102", transport=Counting()))
    questions = []
    for wrong in ({}, {"unit_code": UNIT2}, {"unit_code": "999999999"}, {"card_number": "0" * 12}):
        asked.clear()
        assert clerk.apply(**wrong).status_code == 202
        questions.append(list(asked))

    assert questions == [["/v1/units/find", "/v1/units/insured"]] * 4


@pytest.mark.parametrize("target", ["units", "unit_people"])
@pytest.mark.parametrize("kind", ["500", "lie", "wrong_nonce"])
def test_a_registry_that_is_away_or_lies_opens_nothing(
    clerk: Clerk, kit: Kit, transports: Transports, target: str, kind: str
) -> None:
    put_fault(transports, "registry", target, kind)

    assert refusal(clerk.apply()) == (503, "unavailable")
    assert (clerk.letters(), accounts(kit)) == ([], [])


def test_applying_again_takes_the_place_of_what_waits(clerk: Clerk, kit: Kit) -> None:
    clerk.apply()
    first = clerk.link()
    clerk.apply(email="other@example.org", password="Gull-8wing")
    second = clerk.link()

    assert len(accounts(kit)) == 1
    assert refusal(clerk.activate(first)) == (410, "underwriting_link_refused")
    assert clerk.activate(second).status_code == 204
    assert refusal(clerk.log_in()) == (401, "underwriting_refused")
    assert clerk.log_in(password="Gull-8wing").status_code == 201


def test_an_active_account_stays_and_its_owner_is_told(member: Clerk, kit: Kit) -> None:
    taken = member.apply(email="thief@example.org", password="Gull-8wing")

    assert taken.status_code == 202
    (mail,) = member.letters()
    assert (mail.to, mail.template) == (BOX, "underwriting/mail/notice")
    assert len(accounts(kit)) == 1
    assert member.log_in().status_code == 201


@pytest.mark.parametrize(("hours", "status"), [(23.99, 204), (24, 410)])
def test_the_link_lives_a_day(clerk: Clerk, clock: MovableClock, hours: float, status: int) -> None:
    clerk.apply()
    token = clerk.link()
    clock.forward(seconds=hours * 3600)

    assert clerk.activate(token).status_code == status


def test_the_link_works_once_and_a_made_up_one_never(clerk: Clerk) -> None:
    clerk.apply()
    token = clerk.link()

    assert clerk.activate(token).status_code == 204
    assert refusal(clerk.activate(token)) == (410, "underwriting_link_refused")
    assert refusal(clerk.activate("A" * 43)) == (410, "underwriting_link_refused")


def test_a_link_for_a_new_password_activates_nothing_and_the_other_way_round(member: Clerk) -> None:
    member.forget()
    token = member.link()

    assert refusal(member.activate(token)) == (410, "underwriting_link_refused")
    body = {"token": token, "password": "Gull-8wing"}
    assert member.post("/underwriting/resets", body).status_code == 204


@pytest.mark.parametrize("password", ["short", "password1", "109000035", "aaaaaaaa", "110900011"])
def test_a_password_that_is_guessed_at_once_is_refused_whoever_applies(clerk: Clerk, password: str) -> None:
    right, wrong = clerk.apply(password=password), clerk.apply(password=password, card_number="0" * 12)

    assert refusal(right) == refusal(wrong) == (422, "invalid")
    assert right.get_json()["errors"] == wrong.get_json()["errors"]
    assert list(right.get_json()["errors"]) == ["password"]


def test_card_numbers_are_not_guessed_by_the_thousand(clerk: Clerk, clock: MovableClock) -> None:
    for number in range(5):
        assert clerk.apply(card_number=f"{number:012}").status_code == 202

    assert refusal(clerk.apply()) == (429, "too_many_tries")
    assert clerk.letters() == []
    clock.forward(seconds=61)
    assert clerk.apply().status_code == 202


def test_the_owner_of_the_id_is_told_when_they_are_registered_as_a_person(
    new_clerk: Callable[..., Clerk], kit: Kit, world: World, deck: Deck
) -> None:
    clerk = new_clerk("wang")
    make_card_holder(kit, deck, world.person("wang"))
    clerk.apply(email="thief@example.org")
    token = clerk.link()

    clerk.activate(token)

    assert [(mail.to, mail.template) for mail in letters_of(kit)] == [("wang@example.org", "mail/notice")]
    assert ("underwriting.activated", "done") in acts(kit)


def test_what_waits_too_long_is_erased_with_its_link(clerk: Clerk, kit: Kit, clock: MovableClock) -> None:
    clerk.apply()
    service.purge(kit)
    assert len(accounts(kit)) == 1
    clock.forward(seconds=24 * 3600)

    service.purge(kit)

    with kit.read() as session:
        assert (accounts(kit), list(session.scalars(select(UnderwritingLink)))) == ([], [])


def test_names_numbers_and_addresses_are_sealed(member: Clerk, kit: Kit) -> None:
    (account,) = accounts(kit)
    kept = str(vars(account)).encode()

    for secret in (member.person.national_id, member.person.name, member.person.card_number, BOX, PASSWORD):
        assert secret is not None
        assert secret.encode() not in kept
    assert account.unit_code == UNIT1
