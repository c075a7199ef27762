"""The calls of the underwriting accounts."""

from typing import Any

from flask import Flask

import underwriting.proofs as proofs
import underwriting.schemas as schemas
import underwriting.service as service
import underwriting.sessions as sessions
from authsvc.core.cookies import give_browser_token
from authsvc.core.errors import NotFound, Throttled, Unavailable
from authsvc.core.web import ApiBlueprint, LoginRequired, door, kit, who
from authsvc.identity.forms import in_service_hours
from authsvc.identity.hours import OutsideServiceHours
from authsvc.identity.standing import OnlineServicesSuspended
from underwriting.models import AccountView
from underwriting.proofs import BotCheckFailed
from underwriting.service import LinkRefused
from underwriting.sessions import NoLongerInsured, UnderwritingRefused

bp = ApiBlueprint("underwriting", __name__, url_prefix="/api/v1", description="Underwriting accounts")
TAKEN = {"status": "taken"}


@bp.route("/underwriting/challenges", methods=["POST"])
@door("anyone")
@bp.response(201, schemas.WorkOut)
def make_challenge() -> dict[str, Any]:
    """Make a challenge for the check that no program is writing."""
    return proofs.new_challenge(kit())


@bp.route("/underwriting/accounts", methods=["POST"])
@door("anyone")
@bp.arguments(schemas.ApplicantIn)
@bp.response(202, schemas.TakenOut)
@bp.refuses(BotCheckFailed, Throttled, Unavailable)
def register(asked: dict[str, Any]) -> dict[str, str]:
    """Apply for an account; the answer is the same whoever asks, the mail says the rest."""
    service.register(kit(), **asked)
    return TAKEN


@bp.route("/underwriting/activations", methods=["POST"])
@door("anyone")
@bp.arguments(schemas.ActivationIn)
@bp.response(204)
@bp.refuses(LinkRefused)
def activate(asked: dict[str, Any]) -> None:
    """Open an account by the link of its mail, once."""
    service.activate(kit(), **asked)


@bp.route("/underwriting/forgotten", methods=["POST"])
@door("anyone")
@bp.arguments(schemas.ForgottenIn)
@bp.response(202, schemas.TakenOut)
@bp.refuses(BotCheckFailed, Throttled)
def forget(asked: dict[str, Any]) -> dict[str, str]:
    """Ask for a link to set a new password; the answer is the same whether there is such an account."""
    service.forget(kit(), **asked)
    return TAKEN


@bp.route("/underwriting/resets", methods=["POST"])
@door("anyone")
@bp.arguments(schemas.AccountResetIn)
@bp.response(204)
@bp.refuses(LinkRefused)
def reset(asked: dict[str, Any]) -> None:
    """Set a new password by the link of the mail, once."""
    service.reset(kit(), **asked)


@bp.route("/sessions/underwriting", methods=["POST"])
@door("anyone")
@in_service_hours
@bp.arguments(schemas.AccountLoginIn)
@bp.response(201, schemas.AccountOut)
@bp.refuses(UnderwritingRefused, NoLongerInsured, OnlineServicesSuspended, Throttled, Unavailable, OutsideServiceHours)
def log_in(asked: dict[str, Any]) -> AccountView:
    """Log in with unit code, ID and password."""
    opened = sessions.log_in(kit(), **asked)
    give_browser_token(kit().settings, opened.token)
    return opened.view


@bp.route("/underwriting/session", methods=["GET"])
@door("underwriting")
@bp.response(200, schemas.AccountOut)
@bp.refuses(LoginRequired)
def show_session() -> AccountView:
    """Show the session of the account."""
    view: AccountView = who()
    return view


@bp.route("/underwriting/session", methods=["DELETE"])
@door("underwriting")
@bp.response(204)
@bp.refuses(LoginRequired, NotFound)
def log_out() -> None:
    """Log out."""
    sessions.log_out(kit(), view=who())


@bp.route("/underwriting/account/password", methods=["PUT"])
@door("underwriting")
@bp.arguments(schemas.AccountPasswordIn)
@bp.response(204)
@bp.refuses(LoginRequired, UnderwritingRefused, Throttled)
def change_password(asked: dict[str, Any]) -> None:
    """Change the password; all other sessions of the account end."""
    sessions.change_password(kit(), view=who(), **asked)


@bp.route("/underwriting/account/deletions", methods=["POST"])
@door("underwriting")
@bp.arguments(schemas.AccountDeletionIn)
@bp.response(204)
@bp.refuses(LoginRequired, NotFound, UnderwritingRefused, Throttled)
def delete_account(asked: dict[str, Any]) -> None:
    """Delete the account: it and all its sessions end."""
    sessions.delete_account(kit(), view=who(), **asked)


def include(app: Flask) -> None:
    """Put the calls on the API."""
    app.extensions["api"].register_blueprint(bp)
