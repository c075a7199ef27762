"""The gateway's control listener."""

from typing import Any

from flask import Blueprint, current_app

from mocks.telco.lines import Lines, UnknownValue
from mocks.web import Problem, json_body, text

control = Blueprint("control", __name__)


@control.get("/control/lines")
def list_lines() -> list[dict[str, Any]]:
    """List every line."""
    return [line.described() for line in lines().all()]


@control.patch("/control/lines/<number>")
def change_line(number: str) -> dict[str, Any]:
    """Change a line's operator, plan, state or holder."""
    body = json_body()
    if lines().find(number) is None:
        raise Problem(404, "unknown_line", "There is no line with that number.")
    try:
        return lines().change(number, {field: text(body, field) for field in body}).described()
    except UnknownValue as unknown:
        raise Problem(422, "unknown_value", str(unknown)) from unknown


def lines() -> Lines:
    """Return the running simulator's lines."""
    found = current_app.extensions["lines"]
    assert isinstance(found, Lines)  # noqa: S101  tells the type checker what `create_app` put there
    return found
