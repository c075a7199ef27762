"""How a unit's pages let people in: through one of its functions, by a login that is good enough, and back."""

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from authsvc.core.errors import NotFound, Problem, StepUpRequired
from authsvc.core.web import kit
from authsvc.identity import acting as rules
from authsvc.identity.acting import Acting, NotGranted
from authsvc.identity.forms import shown_again
from authsvc.identity.sessionpages import inside


def enter(function_id: str, unit_code: str, show: Callable[..., Any]) -> Any:
    """Show a page to whoever may; lead others to a login that is good enough, and back."""
    return inside(request.path, lambda view: show(rules.require(kit(), view, function_id, unit_code)))


def act(function_id: str, unit_code: str, here: str, deed: Callable[[Any], str], again: Callable[..., Any]) -> Any:
    """Do what a form asks and lead to the page that shows it, or show the form again with what was refused."""

    def tried(view: Any) -> Any:
        try:
            return redirect(deed(view), 303)
        except (NotFound, NotGranted, StepUpRequired):
            raise
        except Problem as refusal:
            return again(rules.require(kit(), view, function_id, unit_code), refusal)

    return inside(here, tried)


def told(among: tuple[str, ...]) -> str | None:
    """Return what the address says was done, where it is one of these."""
    asked = request.args.get("done")
    return asked if asked in among else None


def show(template: str, acting: Acting, refusal: Problem | None, **shown: Any) -> str | tuple[Any, ...] | Response:
    """Show a page of the unit that is acted for; again, with what was typed, where something was refused."""
    shown |= {"code": acting.unit_code, "unit_name": acting.membership.unit_name}
    return render_template(template, **shown) if refusal is None else shown_again(template, refusal, **shown)
