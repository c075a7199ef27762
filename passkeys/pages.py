"""The page "Passkeys", and the tab of the login page."""

from contextlib import suppress

from flask import Blueprint, Flask, redirect, render_template, request
from marshmallow import ValidationError
from werkzeug.wrappers import Response

import passkeys.service as service
from authsvc.core.errors import NotFound
from authsvc.core.web import door, kit
from authsvc.identity.present import current_session
from passkeys.schemas import PasskeyNameIn

bp = Blueprint(
    "passkeys_pages",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static/passkeys",
)
DONE = ("added", "removed", "renamed")


@bp.get("/passkeys")
@door("anyone")
def my_passkeys() -> str | Response:
    """Show a person's passkeys and the way to add another; without a session, the login."""
    view = current_session()
    if view is None:
        return to_login()
    return render_template(
        "passkeys/passkeys.html",
        passkeys=service.list_passkeys(kit(), person_id=view.person_id),
        most=service.MOST,
        by_card=service.may_add(kit(), view),
        done=request.args.get("done") if request.args.get("done") in DONE else None,
    )


@bp.get("/passkeys/<passkey_id>")
@door("anyone")
def one_passkey(passkey_id: str) -> str | Response:
    """Show one passkey and what can be done with it."""
    return shown(passkey_id)


def shown(passkey_id: str, *, name_refused: bool = False) -> str | Response:
    """Return the page of one passkey of this person; without a session, the login."""
    view = current_session()
    if view is None:
        return to_login()
    found = service.show_passkey(kit(), passkey_id=passkey_id, person_id=view.person_id)
    return render_template("passkeys/passkey.html", passkey=found, name_refused=name_refused)


@bp.post("/passkeys/<passkey_id>/name")
@door("anyone")
def rename(passkey_id: str) -> str | Response:
    """Give a passkey another name."""
    view = current_session()
    if view is None:
        return to_login()
    try:
        new = PasskeyNameIn().load({"name": request.form.get("name", "").strip()})
    except ValidationError:
        return shown(passkey_id, name_refused=True)
    service.rename(kit(), passkey_id=passkey_id, person_id=view.person_id, **new)
    return redirect("/passkeys?done=renamed", 303)


@bp.post("/passkeys/<passkey_id>/remove")
@door("anyone")
def remove(passkey_id: str) -> Response:
    """Remove a passkey."""
    view = current_session()
    if view is None:
        return to_login()
    with suppress(NotFound):  # it was removed meanwhile: that was the wish
        service.remove(kit(), view, passkey_id=passkey_id)
    return redirect("/passkeys?done=removed", 303)


def to_login() -> Response:
    """Lead to the login and from there back to the list."""
    return redirect("/login?next=/passkeys", 303)


def register(app: Flask) -> None:
    """Put the pages on the app."""
    app.register_blueprint(bp)
