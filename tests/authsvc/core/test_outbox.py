import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from authsvc.core import outbox
from authsvc.core.kit import Kit
from authsvc.core.outbox import OutboxMail
from tests.clocks import MovableClock


def post(kit: Kit, *to: str, template: str = "t", **values: str) -> None:
    with kit.begin() as session:
        outbox.post(session, kit, to=to, template=template, language="en", **values)


def rows(kit: Kit) -> list[OutboxMail]:
    with kit.read() as session:
        return list(session.scalars(select(OutboxMail).order_by(OutboxMail.created_at)).all())


def due(kit: Kit) -> OutboxMail:
    mail = outbox.next_due(kit)
    assert mail is not None
    return mail


def test_a_mail_is_written_with_the_act_and_rolled_back_with_it(ground: Kit) -> None:
    def fail() -> None:
        with ground.begin() as session:
            outbox.post(session, ground, to=["a@example.org"], template="t", language="en")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert rows(ground) == []
    assert outbox.next_due(ground) is None


def test_each_address_gets_one_mail(ground: Kit) -> None:
    post(ground, "a@example.org", "b@example.org", "a@example.org")
    assert len(rows(ground)) == 2


def test_recipient_and_content_are_sealed(ground: Kit) -> None:
    post(ground, "a@example.org", link="http://localhost:8000/x#token")
    row = rows(ground)[0]
    place = ground.keys.place("outbox_mail", row.id)

    assert b"example" not in row.recipient + row.values
    assert b"token" not in row.values
    assert place.open("recipient", row.recipient) == "a@example.org"
    assert json.loads(place.open("values", row.values)) == {"link": "http://localhost:8000/x#token"}


def test_a_leased_mail_is_not_given_to_a_second_worker(ground: Kit, clock: MovableClock) -> None:
    post(ground, "a@example.org")
    first = due(ground)
    assert outbox.next_due(ground) is None
    clock.forward(seconds=59)
    assert outbox.next_due(ground) is None
    # when the first worker died, the lease runs out
    clock.forward(seconds=1)
    assert due(ground).id == first.id


def test_the_mail_that_is_due_longest_goes_first(ground: Kit, clock: MovableClock) -> None:
    post(ground, "a@example.org", template="first")
    clock.forward(seconds=1)
    post(ground, "a@example.org", template="second")
    assert [due(ground).template, due(ground).template] == ["first", "second"]


def test_what_failed_waits_twice_as_long_each_time_and_never_over_a_quarter_of_an_hour(
    ground: Kit, clock: MovableClock
) -> None:
    post(ground, "a@example.org")
    waits = []
    for _ in range(12):
        outbox.put_off(ground, due(ground))
        waits.append((rows(ground)[0].due_at - clock.now()) // timedelta(seconds=1))
        clock.forward(seconds=waits[-1] - 1)
        assert outbox.next_due(ground) is None
        clock.forward(seconds=1)
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900, 900]


def test_a_mail_that_went_out_is_remembered_without_its_content(ground: Kit, clock: MovableClock) -> None:
    # given
    post(ground, "a@example.org", link="secret")
    mail = due(ground)
    # when
    outbox.mark_sent(ground, mail)
    # then
    row = rows(ground)[0]
    assert (row.values, row.tries, row.sent_at) == (b"", 1, clock.now())
    clock.forward(days=1)
    assert outbox.next_due(ground) is None


def test_a_slow_worker_cannot_put_off_what_another_sent(ground: Kit, clock: MovableClock) -> None:
    # given a lease that ran out, and a second worker that sent the mail
    post(ground, "a@example.org")
    slow = due(ground)
    clock.forward(seconds=60)
    outbox.mark_sent(ground, due(ground))
    # when
    outbox.put_off(ground, slow)
    # then
    clock.forward(days=1)
    assert outbox.next_due(ground) is None


def bulk(kit: Kit, *to: str, template: str = "many") -> None:
    at = kit.clock.now()
    rows = [outbox.written(kit, to=each, template=template, language="en", values={}, at=at) for each in to]
    with kit.begin() as session:
        outbox.post_bulk(session, rows)


def test_mails_of_a_bulk_go_when_no_other_is_due(ground: Kit, clock: MovableClock) -> None:
    # given many mails of one act, and one of somebody who waits for it
    bulk(ground, *(f"{number}@example.org" for number in range(3)))
    clock.forward(minutes=5)
    post(ground, "a@example.org", template="one")
    # then
    assert due(ground).template == "one"
    assert due(ground).template == "many"
    post(ground, "a@example.org", template="another")
    assert [due(ground).template for _ in range(3)] == ["another", "many", "many"]
    assert outbox.next_due(ground) is None


def test_nothing_is_written_where_nobody_is_written_to(ground: Kit) -> None:
    bulk(ground)
    assert rows(ground) == []


def test_a_mail_that_nobody_takes_is_given_up_after_five_days_and_forgotten(ground: Kit, clock: MovableClock) -> None:
    # given a mail that was tried just before its five days were over
    post(ground, "a@example.org", link="secret")
    clock.forward(days=5, seconds=-1)
    outbox.put_off(ground, due(ground))
    assert rows(ground)[0].given_up_at is None
    # when it is tried once more
    clock.forward(minutes=15)
    outbox.put_off(ground, due(ground))
    # then
    row = rows(ground)[0]
    assert (row.given_up_at, row.sent_at, row.values, row.recipient, row.tries) == (clock.now(), None, b"", b"", 2)
    clock.forward(days=20)
    assert outbox.next_due(ground) is None


def test_a_slow_worker_that_sent_what_another_gave_up_tells_that_it_went_out(ground: Kit, clock: MovableClock) -> None:
    post(ground, "a@example.org")
    clock.forward(days=5)
    slow = due(ground)
    clock.forward(seconds=60)
    outbox.put_off(ground, due(ground))
    outbox.mark_sent(ground, slow)

    assert (rows(ground)[0].sent_at, rows(ground)[0].given_up_at) == (clock.now(), None)


def test_rows_are_erased_thirty_days_after_they_were_sent_or_given_up_and_never_while_they_wait(
    ground: Kit, clock: MovableClock
) -> None:
    # given one that was given up, then one that was sent, then one that waits
    post(ground, "a@example.org", template="given up")
    clock.forward(days=5)
    outbox.put_off(ground, due(ground))
    clock.forward(days=1)
    post(ground, "a@example.org", template="sent")
    outbox.mark_sent(ground, due(ground))
    post(ground, "a@example.org", template="waits")
    # then each goes in its time
    left = []
    for forward in ({"days": 29, "seconds": -1}, {"seconds": 1}, {"days": 1, "seconds": -1}, {"seconds": 1}):
        clock.forward(**forward)
        outbox.purge(ground)
        left.append({row.template for row in rows(ground)})
    assert left == [{"given up", "sent", "waits"}, {"sent", "waits"}, {"sent", "waits"}, {"waits"}]
    clock.forward(days=300)
    outbox.purge(ground)
    assert [row.template for row in rows(ground)] == ["waits"]
