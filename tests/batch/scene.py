"""Given: a unit, its clerk and manager, files, and a crowd insured there; then: what became of the files."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

import batch.naming as naming
from authsvc.core.audit import AuditEvent
from authsvc.core.kit import Kit
from authsvc.core.localtime import local
from authsvc.core.outbox import OutboxMail
from authsvc.registration.models import Registration
from batch import service, working
from batch.models import Batch, BatchPart, BatchResult
from batch.queries import QUERY
from batch.service import UPLOAD, open_rows
from mocks.people import Person as Citizen
from mocks.people import World
from tests.conftest import ORIGIN, client_of
from tests.factories import Somebody, log_in, make_person, session_of
from tests.insured import UNIT1, Registered, make_clerk, make_manager, make_unit

BOTH = (UPLOAD, QUERY)
PHONE = "02-21234567#12"


@dataclass
class Desk:
    """A browser of somebody of a unit."""

    client: FlaskClient
    person: Somebody
    unit_code: str

    def upload(self, content: bytes, *, name: str, encoding: str | None = None) -> TestResponse:
        # Written by hand, in memory: the client's own way leaves files open.
        begin = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        chosen = f'--x\r\nContent-Disposition: form-data; name="encoding"\r\n\r\n{encoding}\r\n' if encoding else ""
        body, kind = begin + content + f"\r\n{chosen}--x--\r\n".encode(), "multipart/form-data; boundary=x"
        headers = {"Origin": ORIGIN, "Accept-Language": "en"}
        url = f"/api/v1/units/{self.unit_code}/batches"
        return self.client.post(url, data=body, content_type=kind, headers=headers)

    def get(self, path: str = "", *, language: str = "en") -> TestResponse:
        headers = {"Accept-Language": language}
        return self.client.get(f"/api/v1/units/{self.unit_code}/batches{path}", headers=headers)


@dataclass
class Scene:
    """A registered unit of the simulators' world, and the crowd insured there."""

    app: Flask
    kit: Kit
    world: World
    unit: Registered
    numbers: list[int] = field(default_factory=lambda: [100])

    @property
    def crowd(self) -> list[Citizen]:
        return [person for person in self.world.people if person.key.startswith("extra-")]

    def somebody(self) -> Somebody:
        self.numbers[0] += 1
        return make_person(self.kit, self.numbers[0])

    def desk(self, person: Somebody, unit_code: str | None = None) -> Desk:
        client = client_of(self.app)
        log_in(client, self.kit, person)
        return Desk(client, person, unit_code or self.unit.code)

    def clerk(self, functions: Sequence[str] = BOTH, unit: Registered | None = None) -> Desk:
        person, unit = self.somebody(), unit or self.unit
        make_clerk(self.kit, unit, person, functions=functions)
        return self.desk(person, unit.code)

    def manager(self, unit: Registered | None = None) -> Desk:
        person, unit = self.somebody(), unit or self.unit
        make_manager(self.kit, unit, person)
        return self.desk(person, unit.code)

    def name(self, unit_code: str | None = None) -> str:
        return naming.name_for(unit_code or self.unit.code, local(self.kit.clock.now()).date())

    def sent(self, desk: Desk, content: bytes) -> str:
        """Upload a file that is taken, and return the batch's id."""
        answer = desk.upload(content, name=self.name(desk.unit_code))
        assert answer.status_code == 201, answer.json
        assert answer.json is not None
        return str(answer.json["id"])

    def taken(self, content: bytes) -> str:
        """Let a new clerk upload a file without the web, and return the batch's id."""
        person = self.somebody()
        make_clerk(self.kit, self.unit, person, functions=BOTH)
        view, stream = session_of(self.kit, person.id), io.BytesIO(content)
        asked = {"unit_code": self.unit.code, "file_name": self.name(), "stream": stream}
        return service.upload(self.kit, view=view, **asked).id  # type: ignore[arg-type]

    def work(self) -> int:
        """Work until nothing is due; return how many parts were taken up."""
        done = 0
        while working.work(self.kit):
            done += 1
        return done

    def batch(self, batch_id: str) -> Batch:
        with self.kit.read() as session:
            return session.get_one(Batch, batch_id)

    def words(self, batch_id: str) -> dict[int, str]:
        """Return what was said of each row."""
        with self.kit.read() as session:
            found = session.scalars(select(BatchResult).where(BatchResult.batch_id == batch_id)).all()
        told = [open_rows(self.kit, batch_id, "result", each.first_row, each.content) for each in found]
        return {row: word for rows in told for row, _number, word in rows}

    def parts(self, batch_id: str) -> int:
        with self.kit.read() as session:
            kept = select(func.count()).select_from(BatchPart).where(BatchPart.batch_id == batch_id)
            return session.scalar(kept) or 0

    def applications(self) -> list[Registration]:
        with self.kit.read() as session:
            return list(session.scalars(select(Registration)))

    def mails(self, template: str = "registration/mail/employer") -> list[tuple[str, dict[str, Any]]]:
        """Return recipient and values of the mails of a kind that wait."""
        with self.kit.read() as session:
            rows = session.scalars(select(OutboxMail).where(OutboxMail.template == template)).all()
        places = [(row, self.kit.keys.place(OutboxMail.__tablename__, row.id)) for row in rows]
        return [
            (place.open("recipient", row.recipient), json.loads(place.open("values", row.values)))
            for row, place in places
        ]

    def applied(self) -> int:
        """Return how many applications the audit knows."""
        with self.kit.read() as session:
            acts = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "registration.applied")
            return session.scalar(acts) or 0

    def require_whole(self, *batch_ids: str) -> None:
        """Require that each row was counted once and each application has its mail and its act, once."""
        entered = 0
        for batch_id in batch_ids:
            row, words = self.batch(batch_id), self.words(batch_id)
            good = sum(word == "applied" for word in words.values())
            assert (row.successes, row.failures) == (good, len(words) - good)
            assert row.done_rows == row.successes + row.failures == len(words)
            entered += good
        assert len(self.applications()) == len(self.mails()) == self.applied() == entered


def make_scene(app: Flask, world: World) -> Scene:
    kit: Kit = app.extensions["kit"]
    return Scene(app, kit, world, make_unit(kit, UNIT1))


def line(person: Citizen, **other: str) -> str:
    """Return a row about somebody."""
    facts = {"id": person.national_id, "email": f"{person.key}@mail.example.tw", "mobile": "0912345678", "phone": PHONE}
    return ",".join((facts | other).values())


def file_of(people: Sequence[Citizen]) -> bytes:
    return "".join(f"{line(person)}\r\n" for person in people).encode()
