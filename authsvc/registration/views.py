"""The calls about applications, passwords and contact data."""

from typing import Any

from flask import Flask

import authsvc.registration.account as account
import authsvc.registration.contact as contact
import authsvc.registration.mailboxes as mailboxes
import authsvc.registration.refusals as refused
import authsvc.registration.schemas as schemas
import authsvc.registration.service as service
from authsvc.core.cookies import browser_token
from authsvc.core.errors import Invalid, StepUpRequired, Throttled
from authsvc.core.web import ApiBlueprint, LoginRequired, door, kit, who
from authsvc.identity.accounts import AlreadyRegistered
from authsvc.identity.evidence import HouseholdNotConfirmed
from authsvc.identity.login import CardNotRegistered, PasswordWrong
from authsvc.identity.standing import OnlineServicesSuspended
from authsvc.identity.views import CARD_REFUSALS

bp = ApiBlueprint("registration", __name__, url_prefix="/api/v1", description="Registration by card")
EVIDENCE_REFUSALS = (*CARD_REFUSALS, HouseholdNotConfirmed, Invalid, Throttled)


def browser() -> str | None:
    """Return the secret of this browser, to which a card's challenge is tied."""
    return browser_token(kit().settings)


@bp.route("/registrations", methods=["POST"])
@door("anyone")
@bp.arguments(schemas.ApplicationIn)
@bp.response(202, schemas.ApplicationOut)
@bp.refuses(*EVIDENCE_REFUSALS, AlreadyRegistered, refused.RegistrationPending)
def apply(body: dict[str, Any]) -> service.Applied:
    """Apply for an account with the health card; a link by mail and the card once more confirm it."""
    return service.apply(kit(), browser=browser(), **body)


@bp.route("/registrations/confirmations", methods=["POST"])
@door("anyone")
@bp.arguments(schemas.ConfirmationIn)
@bp.response(200, schemas.StatusOut)
@bp.refuses(*CARD_REFUSALS, refused.LinkRefused, refused.LinkExpired, AlreadyRegistered, Invalid)
def confirm(body: dict[str, Any]) -> dict[str, str]:
    """Activate an account with the link's token and the card that applied."""
    service.confirm(kit(), browser=browser(), **body)
    return {"status": "active"}


@bp.route("/registrations/resends", methods=["POST"])
@door("anyone")
@bp.arguments(schemas.ResendIn)
@bp.response(202, schemas.ApplicationOut)
@bp.refuses(*CARD_REFUSALS, refused.NoPendingRegistration, Invalid, Throttled)
def resend(body: dict[str, Any]) -> service.Applied:
    """Have a new link sent, if need be to a corrected address; the old link dies."""
    return service.resend(kit(), browser=browser(), **body)


@bp.route("/registrations/cancellations", methods=["POST"])
@door("anyone")
@bp.arguments(schemas.CardOnlyIn)
@bp.response(204)
@bp.refuses(*CARD_REFUSALS, refused.NoPendingRegistration)
def cancel(body: dict[str, Any]) -> None:
    """Delete an application that is not confirmed yet."""
    service.cancel(kit(), browser=browser(), **body)


@bp.route("/passwords/resets", methods=["POST"])
@door("anyone")
@bp.arguments(schemas.ResetIn)
@bp.response(204)
@bp.refuses(*EVIDENCE_REFUSALS, CardNotRegistered, OnlineServicesSuspended)
def reset_password(body: dict[str, Any]) -> None:
    """Set a forgotten password with the card and household or chip ARC; all sessions end."""
    account.reset_password(kit(), browser=browser(), **body)


@bp.route("/me/password", methods=["PUT"])
@door("session")
@bp.arguments(schemas.PasswordChangeIn)
@bp.response(204)
@bp.refuses(LoginRequired, PasswordWrong, StepUpRequired, Invalid, Throttled)
def change_password(body: dict[str, Any]) -> None:
    """Change the password in a session opened by card; all other sessions end."""
    account.change_password(kit(), view=who(), **body)


@bp.route("/me", methods=["GET"])
@door("session")
@bp.response(200, schemas.ContactOut)
@bp.refuses(LoginRequired)
def show_contact() -> contact.ContactView:
    """Show one's own contact data."""
    return contact.show(kit(), view=who())


@bp.route("/me", methods=["PATCH"])
@door("session")
@bp.arguments(schemas.ContactIn)
@bp.response(200, schemas.ContactOut)
@bp.refuses(LoginRequired, StepUpRequired, OnlineServicesSuspended, Invalid, Throttled)
def change_contact(body: dict[str, Any]) -> contact.ContactView:
    """Change contact data in a session opened by card; a new e-mail address counts once it is confirmed."""
    return contact.change(kit(), view=who(), **body)


@bp.route("/me/email-confirmations", methods=["POST"])
@door("anyone")
@bp.arguments(schemas.EmailTokenIn)
@bp.response(204)
@bp.refuses(refused.LinkRefused, refused.LinkExpired, OnlineServicesSuspended)
def confirm_email(body: dict[str, Any]) -> None:
    """Confirm a new e-mail address, or a backup one, with the token of its link."""
    mailboxes.confirm(kit(), **body)


def register(app: Flask) -> None:
    """Put these calls on the API."""
    app.extensions["api"].register_blueprint(bp)
