"""The base of all schemas and the fields that several of them share."""

from collections.abc import Mapping
from datetime import UTC, date
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from authsvc.core.i18n import N_
from authsvc.core.jose import NotAuthentic, read_public_key

LONGEST_TEXT = 255


class In(Schema):
    """What a caller sends; unknown fields are refused."""

    class Meta:
        """Refuse what we do not know."""

        unknown = RAISE


class Text(fields.String):
    """A text of 1 to `longest` characters, none of them a control character."""

    def __init__(self, *, longest: int = LONGEST_TEXT, pattern: str | None = None, **kwargs: Any) -> None:
        checks: list[Any] = [validate.Length(min=1, max=longest), _printable]
        if pattern:
            checks.append(validate.Regexp(rf"(?:{pattern})\Z"))
        super().__init__(validate=checks, **kwargs)


class IsoDate(fields.Date):
    """A calendar date exactly as `YYYY-MM-DD`, from 1850 on and not in the far future."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        if not isinstance(value, str) or len(value) != len("YYYY-MM-DD"):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        found: date = super()._deserialize(value, attr, data, **kwargs)
        if not 1850 <= found.year <= 2200:  # noqa: PLR2004 - nobody is older
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return found


class Moment(fields.String):
    """A moment as ISO 8601 in UTC with `Z`, whole seconds; only ever sent."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        del attr, obj, kwargs
        return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Flag(fields.Boolean):
    """A tick: `true` or `false` and nothing that is merely like it (in Python 1 equals True)."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        del attr, data, kwargs
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class PublicKeyIn(fields.Dict):
    """A public P-256 JWK (`kty`, `crv`, `x`, `y`; other members are ignored, `d` is refused)."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        try:
            return read_public_key(super()._deserialize(value, attr, data, **kwargs))  # type: ignore[no-untyped-call]
        except NotAuthentic as fault:
            raise ValidationError(N_("This is not a public P-256 key.")) from fault


def _printable(text: str) -> None:
    if any(ord(mark) < 0x20 or ord(mark) == 0x7F for mark in text):  # noqa: PLR2004 - the control characters
        raise ValidationError(N_("This text holds characters that we cannot store."))
