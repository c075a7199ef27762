"""How an announcement looks in the API."""

from marshmallow import Schema, fields

from authsvc.core.schema import Moment


class AnnouncementOut(Schema):
    """An announcement in the caller's language: plain text, without markup."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    text = fields.String(required=True)
    important = fields.Boolean(required=True)
    published_at = Moment(required=True)
