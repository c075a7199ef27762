"""An operator's desk, and people who call: with an account, with an application, in a unit."""

import re
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from authsvc.core.kit import Kit
from counter.models import CounterAct
from tests.browser import Browser
from tests.counter.desk import WHY, Desk

HOME = "/counter/operator"


@dataclass
class Operators:
    """What a test does at the pages of operators, as a browser without script does."""

    desk: Desk

    @property
    def kit(self) -> Kit:
        return self.desk.kit

    @property
    def browser(self) -> Browser:
        return self.desk.browser

    def page(self, path: str = HOME) -> TestResponse:
        answer: TestResponse = self.browser.client.get(path, headers={"Accept-Language": "en"})
        return answer

    def post(self, path: str, **form: Any) -> TestResponse:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.page().text)
        token = found[1] if found else ""
        sent = {"csrf_token": token, "reason": WHY} | form
        answer: TestResponse = self.browser.client.post(path, data=sent, headers={"Accept-Language": "en"})
        return answer

    def look(self, national_id: str, **form: Any) -> TestResponse:
        return self.post(f"{HOME}/people", national_id=national_id, **form)

    def look_unit(self, number: str, **form: Any) -> TestResponse:
        return self.post(f"{HOME}/units", number=number, **form)

    def opened(self, national_id: str) -> str:
        """Look somebody up and return the address of their record."""
        answer = self.look(national_id)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def kept(self) -> list[CounterAct]:
        with self.kit.read() as session:
            return list(session.scalars(select(CounterAct).order_by(CounterAct.at, CounterAct.id)))


def refusal(answer: TestResponse) -> tuple[int, str]:
    """Return the status and the code of what a page says was refused."""
    found = re.search(r'data-code="([a-z_]+)"', answer.text)
    return answer.status_code, found[1] if found else ""


def command(app: Flask, *words: str, typed: str | None = None) -> tuple[int, str]:
    """Run a command and return its exit code and all that it printed; `typed` is what stands on standard input."""
    done = app.test_cli_runner().invoke(args=list(words), input=typed)
    return done.exit_code, done.output
