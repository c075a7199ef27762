"""The pages of registration: each shows a form whose script reads the card and makes the call."""

from flask import Blueprint, Flask, redirect, render_template
from werkzeug.wrappers import Response

from authsvc.core.web import door, kit
from authsvc.identity.present import current_session
from authsvc.identity.terms import CURRENT_TERMS

bp = Blueprint(
    "registration_pages",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static/registration",
)


@bp.context_processor
def context() -> dict[str, object]:
    """Return what these templates need besides what every template has."""
    settings = kit().settings
    return {
        "terms_version": CURRENT_TERMS,
        "lossy_mail_domains": list(settings.lossy_mail_domains),
        "component_least": settings.card_component_least,
    }


@bp.get("/registration/")
@door("anyone")
def start() -> Response:
    """Lead to the application."""
    return redirect("/registration/apply", 302)


@bp.get("/registration/apply")
@door("anyone")
def apply() -> str:
    """Check the reader, show the terms, take the application."""
    return render_template("registration/apply.html")


@bp.get("/registration/terms")
@door("anyone")
def terms() -> str:
    """Show the terms by themselves; the phone app takes them from here."""
    return render_template("registration/terms.html")


@bp.get("/registration/confirm")
@door("anyone")
def confirm() -> str:
    """Ask for the card once more; opening the link changes nothing."""
    return render_template("registration/confirm.html")


@bp.get("/registration/resend")
@door("anyone")
def resend() -> str:
    """Have the link sent again."""
    return render_template("registration/resend.html")


@bp.get("/registration/cancel")
@door("anyone")
def cancel() -> str:
    """Delete an application."""
    return render_template("registration/cancel.html")


@bp.get("/registration/reset")
@door("anyone")
def reset() -> str:
    """Set a forgotten password."""
    return render_template("registration/reset.html")


@bp.get("/registration/email")
@door("anyone")
def email() -> str:
    """Confirm an e-mail address by a button; opening the link changes nothing."""
    return render_template("registration/email.html")


@bp.get("/account")
@door("anyone")
def account() -> str | Response:
    """Show contact data and the change of password to who is logged in."""
    if current_session() is None:
        return redirect("/login", 303)
    return render_template("registration/account.html")


def register(app: Flask) -> None:
    """Put the pages on the app."""
    app.register_blueprint(bp)
