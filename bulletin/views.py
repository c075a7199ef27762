"""The call that lists the announcements."""

from collections.abc import Sequence

from flask import Flask

import bulletin.service as service
from authsvc.core.i18n import request_language
from authsvc.core.web import ApiBlueprint, door, kit
from bulletin.schemas import AnnouncementOut

bp = ApiBlueprint("announcements", __name__, url_prefix="/api/v1", description="Announcements")


@bp.route("/announcements", methods=["GET"])
@door("anyone")
@bp.response(200, AnnouncementOut(many=True))
def list_announcements() -> Sequence[service.ShownAnnouncement]:
    """List what is announced now, the newest first."""
    return service.list_current(kit(), language=request_language())


def register(app: Flask) -> None:
    """Put the call on the API."""
    app.extensions["api"].register_blueprint(bp)
