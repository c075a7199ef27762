"""The base of all schemas and the fields that several of them share."""

import re
from collections.abc import Mapping
from datetime import UTC, date
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from authsvc.core.i18n import N_
from authsvc.core.jose import NotAuthentic, read_public_key

LONGEST_TEXT = 255
LONGEST_WAIT = 25
CALENDAR_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DIGITS = re.compile(r"[0-9]{1,9}")


class In(Schema):
    """What a caller sends; unknown fields are refused."""

    class Meta:
        """Refuse what we do not know."""

        unknown = RAISE


class Text(fields.String):
    """A text of 1 to `longest` characters, none of them a control character."""

    def __init__(self, *, longest: int = LONGEST_TEXT, pattern: str | None = None, **kwargs: Any) -> None:
        too_long = N_("This is empty or too long.")
        checks: list[Any] = [validate.Length(min=1, max=longest, error=too_long), _printable]
        if pattern:
            # As the document's readers write it; the line break that Python's $ would let pass is refused above.
            checks.append(validate.Regexp(rf"^(?:{pattern})$"))
        super().__init__(validate=checks, **kwargs)


class IsoDate(fields.Date):
    """A calendar date exactly as `YYYY-MM-DD`, from 1850 on and not in the far future."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        # Python also reads weeks (2024-W01-1), which are as long.
        if not isinstance(value, str) or not CALENDAR_DATE.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        found: date = super()._deserialize(value, attr, data, **kwargs)
        if not 1850 <= found.year <= 2200:  # noqa: PLR2004 - nobody is older
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return found


class Moment(fields.String):
    """A moment as ISO 8601 in UTC with `Z`, whole seconds; only ever sent."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"format": "date-time"}, **kwargs)

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


class Digits(fields.Integer):
    """A whole number of a query, in plain digits (Python's own reading takes ９ for 9)."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if not isinstance(value, str) or not DIGITS.fullmatch(value):
            raise self.make_error("invalid", input=value)
        number: int = super()._deserialize(value, attr, data, **kwargs)
        return number


class Wait(Digits):
    """How many seconds a call may be held, 0 to 25."""

    def __init__(self) -> None:
        super().__init__(load_default=0, validate=validate.Range(0, LONGEST_WAIT))


class WaitIn(In):
    """How long the answer may be held back, in seconds."""

    wait = Wait()


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
