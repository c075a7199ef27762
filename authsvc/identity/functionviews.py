"""The calls that tell what a session is good for."""

from collections.abc import Sequence

from flask import Flask
from marshmallow import Schema, fields

import authsvc.identity.functions as functions
from authsvc.core.errors import NotFound, StepUpRequired
from authsvc.core.web import ApiBlueprint, LoginRequired, door, kit, who
from authsvc.identity.functions import Offer
from authsvc.identity.schemas import Told

bp = ApiBlueprint("functions", __name__, url_prefix="/api/v1", description="What a session is good for")


class OfferOut(Schema):
    """A function of the portal: its page, the ways in (by `acr`) that are good enough, and whether this session is."""

    id = fields.String(required=True)
    title = Told(required=True)
    href = fields.String(required=True)
    open = fields.Boolean(required=True)
    ways = fields.List(fields.String(), required=True)


@bp.route("/functions", methods=["GET"])
@door("session", "unit")
@bp.response(200, OfferOut(many=True))
@bp.refuses(LoginRequired)
def list_functions() -> Sequence[Offer]:
    """List what the portal offers whoever asks, open or not."""
    return functions.offers(kit(), who())


@bp.route("/functions/<function_id>", methods=["GET"])
@door("session", "unit")
@bp.response(200, OfferOut)
@bp.refuses(LoginRequired, NotFound, StepUpRequired)
def show_function(function_id: str) -> Offer:
    """Show a function that is open to this session; the refusal names the ways that would open it."""
    return functions.require(kit(), who(), function_id)


def register(app: Flask) -> None:
    """Put the calls on the API."""
    app.extensions["api"].register_blueprint(bp)
