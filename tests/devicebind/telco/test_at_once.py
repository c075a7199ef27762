"""Several answers at once: one binds, and a person has one account."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from sqlalchemy import func, select

from authsvc.core.kit import Kit
from authsvc.identity.models import Device, Person
from mobileapp.phonewire import Problem
from tests.devicebind.telco.lines import NEW, Verifier


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """Run acts from a barrier and return `bound` or the refusal's code of each, sorted."""
    barrier = Barrier(len(acts))

    def act(which: Callable[[], Any]) -> str:
        barrier.wait()
        try:
            which()
        except Problem as problem:
            return problem.code
        return "bound"

    with ThreadPoolExecutor(len(acts)) as workers:
        return sorted(workers.map(act, acts))


def count(kit: Kit, table: type[Any]) -> int:
    with kit.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_of_one_answer_handed_in_twice_at_once_one_binds(verifier: Verifier, kit: Kit) -> None:
    for who, number in (("wang", "0900000101"), ("lin", "0900000102"), ("chen", "0900000103")):
        phone, begun, answer = verifier.begun(who, number)
        finish = lambda phone=phone, begun=begun, answer=answer: phone.finish_verification(  # noqa: E731
            begun["id"], answer, NEW | {"email": "x@example.org"}
        )

        assert at_once(finish, finish) == ["bound", "phone_verification_over"]
    assert (count(kit, Device), count(kit, Person)) == (3, 3)


def test_two_phones_of_one_new_person_at_once_make_one_account(verifier: Verifier, kit: Kit) -> None:
    begun = [verifier.begun() for _ in range(2)]
    finish = [
        lambda phone=phone, started=started, answer=answer: phone.finish_verification(started["id"], answer, NEW)
        for phone, started, answer in begun
    ]

    told = at_once(*finish)

    assert told in (["bound", "bound"], ["already_registered", "bound"])
    assert count(kit, Person) == 1
    if "already_registered" in told:  # its yes is kept: the same answer, handed in again, binds
        loser = next(phone for phone, _started, _answer in begun if not phone.binding)
        _phone, started, answer = next(each for each in begun if each[0] is loser)
        loser.finish_verification(started["id"], answer, NEW)
    assert count(kit, Device) == 2
