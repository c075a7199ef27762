"""Registries that fail or lie while somebody is registered at the counter: nobody is registered, and later they are."""

import httpx2
import pytest
from sqlalchemy import func, select

from authsvc.core.outbox import OutboxMail
from authsvc.identity.models import Person
from authsvc.registration.models import Registration
from counter.models import CounterAct
from tests.authsvc.registration import acts
from tests.authsvc.registration.acts import code
from tests.counter.desk import Desk
from tests.simulators import clear_faults, put_fault

Transports = dict[str, httpx2.BaseTransport]


def stored(desk: Desk) -> list[int]:
    """Return how many people, applications, acts and mails there are."""
    with desk.kit.read() as session:
        tables = (Person, Registration, CounterAct, OutboxMail)
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


@pytest.mark.parametrize("kind", ["500", "garbage", "lie", "wrong_nonce", "missing_field"])
@pytest.mark.parametrize(("target", "key"), [("insured", "wang"), ("household", "wang"), ("residence", "nguyen")])
def test_a_registry_that_fails_or_lies_registers_nobody_and_says_try_later(
    desk: Desk, transports: Transports, target: str, key: str, kind: str
) -> None:
    # given: the answer is broken, to another question, or a yes for somebody else
    put_fault(transports, "registry", target, kind)

    answer = desk.register(key)

    assert code(answer) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert stored(desk) == [0, 0, 0, 0]
    assert [event.outcome for event in desk.events("counter.register")] == ["unavailable"]
    # and later the same data register the person
    clear_faults(transports, "registry")
    desk.clock.forward(minutes=1)
    assert desk.register(key).status_code == 201


def test_a_lie_opens_no_other_persons_record(desk: Desk, transports: Transports) -> None:
    acts.register(desk.browser, desk.kit, "lin")
    before = stored(desk)
    put_fault(transports, "registry", "*", "lie")

    assert code(desk.register()) == (503, "unavailable")

    assert stored(desk) == before


def test_a_yes_for_the_wrong_household_counts_only_for_the_person_asked_about(
    desk: Desk, transports: Transports
) -> None:
    """The registry says yes, but its answer names another person."""
    put_fault(transports, "registry", "household", "lie")
    wrong = acts.household_of(desk.browser, "lin")

    assert code(desk.register(household=wrong)) == (503, "unavailable")

    assert stored(desk) == [0, 0, 0, 0]
