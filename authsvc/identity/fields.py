"""Fields of forms about people: addresses, numbers, parts of a registered address."""

import re
import unicodedata
from typing import Any, ClassVar, Final

from marshmallow import ValidationError

import authsvc.identity.addresses as addresses
from authsvc.core.crockford import IGNORED
from authsvc.core.i18n import N_
from authsvc.core.schema import Text
from authsvc.identity.numbers import normalise

CODE: Final = re.compile(r"[0-9]{6,8}")
LONGEST_PASSWORD: Final = 64  # what is read; the rule of 6 to 12 is the service's, and has a reason of its own


class Checked(Text):
    """A text that passes the feature's rule, or is refused with the rule's own words."""

    words: ClassVar[str]

    def holds(self, text: str) -> bool:
        """Tell whether the text passes the rule."""
        raise NotImplementedError

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if not self.holds(text):
            raise ValidationError(self.words)
        return text


class Email(Checked):
    """An e-mail address that we write to."""

    words = N_("This does not look like an e-mail address.")

    def holds(self, text: str) -> bool:
        """Tell whether the text passes the rule."""
        return addresses.is_email(text)


class Mobile(Checked):
    """A mobile number of ten digits."""

    words = N_("A mobile number has 10 digits and begins with 09.")

    def holds(self, text: str) -> bool:
        """Tell whether the text passes the rule."""
        return addresses.is_mobile(text)


class Phone(Checked):
    """A telephone number with its area code."""

    words = N_("Please write area code, dash and number, as in 02-21234567.")

    def holds(self, text: str) -> bool:
        """Tell whether the text passes the rule."""
        return addresses.is_phone(text)


class Plain(Text):
    """A part of an address, without blanks around it and without full-width digits."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).strip()
        text: str = super()._deserialize(value, attr, data, **kwargs)
        return text


class TypedCode(Text):
    """A code as people type or paste it: spaces and dashes of every kind are ignored, only ASCII digits are digits."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        typed: str = super()._deserialize(value, attr, data, **kwargs)
        code = IGNORED.sub("", typed)
        if not CODE.fullmatch(code):
            raise ValidationError(N_("A code has 6 to 8 digits."))
        return code


class HouseholdNumber(Text):
    """1 letter and 7 digits, as at the upper left of the household certificate."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        number = normalise(super()._deserialize(value, attr, data, **kwargs))
        if not addresses.is_household_number(number):
            raise ValidationError(N_("A household number is 1 letter and 7 digits, for example F1234567."))
        return number
