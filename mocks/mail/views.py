"""The caught mails over HTTP: JSON for programs, pages for people."""

from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mocks.mail.caught import Caught, Mail
from mocks.web import Problem

views = Blueprint("mail", __name__)

# The mail's own HTML runs no script and loads nothing; its links open in a window of their own.
_SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
_MAIL_POLICY = f"sandbox {_SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@views.get("/messages")
def list_messages() -> list[dict[str, Any]]:
    """List the mails, newest first."""
    return [mail.described() for mail in caught().list(to=request.args.get("to"))]


@views.delete("/messages")
def delete_messages() -> tuple[str, int]:
    """Forget every mail."""
    caught().clear()
    return "", 204


@views.get("/")
def show_mails() -> str:
    """Show the list."""
    wanted = request.args.get("to", "").strip()
    return render_template("mails.html", mails=caught().list(to=wanted or None), wanted=wanted)


@views.get("/mails/<mail_id>")
def show_mail(mail_id: str) -> str:
    """Show one mail."""
    return render_template("mail.html", mail=_require(mail_id), sandbox=_SANDBOX)


@views.get("/mails/<mail_id>/html")
def show_html(mail_id: str) -> Response:
    """Serve a mail's own HTML, locked in."""
    page = f'<!doctype html><meta charset="utf-8"><base target="_blank">{_require(mail_id).html}'
    return Response(page, mimetype="text/html", headers={"Content-Security-Policy": _MAIL_POLICY})


@views.post("/empty")
def empty() -> AnyResponse:
    """Forget every mail, from the page."""
    caught().clear()
    return redirect(url_for("mail.show_mails"), code=303)


def caught() -> Caught:
    """Return the running simulator's mails."""
    found = current_app.extensions["caught"]
    assert isinstance(found, Caught)  # noqa: S101  tells the type checker what `create_app` put there
    return found


def _require(mail_id: str) -> Mail:
    mail = caught().find(mail_id)
    if mail is None:
        raise Problem(404, "unknown_mail", "There is no mail with that id.")
    return mail
