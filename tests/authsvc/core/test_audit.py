import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from authsvc.core import audit
from authsvc.core.audit import AuditEvent
from authsvc.core.kit import Caller, Kit
from authsvc.core.throttle import Tally


def events(kit: Kit) -> list[AuditEvent]:
    with kit.read() as session:
        return list(session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all())


def test_an_event_is_rolled_back_with_its_act(ground: Kit) -> None:
    def fail() -> None:
        with ground.begin() as session:
            audit.record(session, ground, "test", actor="p1")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert events(ground) == []


def test_no_act_is_done_without_its_row(ground: Kit) -> None:
    # given an audit table that cannot be written
    with ground.begin() as session:
        session.execute(text("DROP TABLE audit_event" if ground.engine.name == "sqlite" else AUDIT_REFUSES))

    def act() -> None:
        now = ground.clock.now()
        with ground.begin() as session:
            session.add(Tally(scope="act", subject=b"s", tries=1, since_at=now, open_at=now))
            session.flush()
            audit.record(session, ground, "act")

    # when
    with pytest.raises(DBAPIError):
        act()
    # then
    with ground.begin() as session:
        assert session.scalars(select(Tally)).all() == []
        if ground.engine.name != "sqlite":
            session.execute(text("ALTER TABLE audit_event DROP CONSTRAINT no_more"))


AUDIT_REFUSES = "ALTER TABLE audit_event ADD CONSTRAINT no_more CHECK (id < 0)"


def test_a_refusal_has_a_transaction_of_its_own(ground: Kit) -> None:
    audit.record_refusal(ground, "login.card", outcome="password_wrong", actor="p1", object="s1")

    event = events(ground)[0]
    assert (event.action, event.outcome, event.actor, event.object) == ("login.card", "password_wrong", "p1", "s1")


def test_an_event_says_when_and_in_which_request_and_hides_from_where(ground: Kit) -> None:
    audit.record_refusal(ground, "test", outcome="refused")
    event = events(ground)[0]

    assert (event.at, event.request_id) == (ground.clock.now(), "request-1")
    assert event.source == ground.keys.index("source", "192.0.2.7")
    assert b"192.0.2.7" not in event.source


def test_a_job_has_no_source(ground: Kit) -> None:
    with ground.begin() as session:
        audit.record(session, ground.on_behalf_of(Caller()), "job", count=3)

    assert (events(ground)[0].source, events(ground)[0].details) == (None, {"count": 3})
