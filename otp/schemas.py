"""Bodies of the calls about one-time codes."""

import re
from typing import Any

from marshmallow import ValidationError

from authsvc.core.i18n import N_
from authsvc.core.schema import IsoDate, Text
from authsvc.identity.schemas import NationalId, UnitChoice

CODE = re.compile(r"[0-9]{6,8}")


class TypedCode(Text):
    """A code as people type it: spaces and dashes are ignored, nothing else is."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        code: str = super()._deserialize(value, attr, data, **kwargs).replace(" ", "").replace("-", "")
        if not CODE.fullmatch(code):
            raise ValidationError(N_("A code has 6 to 8 digits."))
        return code


class OtpLoginIn(UnitChoice):
    """National ID, birth date and a code from the app."""

    national_id = NationalId(required=True, longest=20)
    birth_date = IsoDate(required=True)
    otp = TypedCode(required=True, longest=24)
    page_tag = Text(longest=2, metadata={"description": "Reserved: will tie a code to one login page."})
