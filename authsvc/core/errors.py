"""The tree of refusals; each knows its status and its stable code (RFC 9457 in `web.py`).

Problem
├── Malformed    400  cannot be read
├── Refused      401  a proof was not accepted; never says which part
├── Forbidden    403  proved, but not enough
├── NotFound     404  not there, or not yours
├── Conflict     409  not in this state
├── Gone         410  it was, and is over
├── TooLarge     413
├── WrongType    415
├── Invalid      422  well-formed but wrong; `errors` names the fields
├── Throttled    429  too many tries; `retry_after` seconds
└── Unavailable  503  something we depend on did not answer; `retry_after` seconds
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from authsvc.core.i18n import N_


class Problem(Exception):
    """A refusal that the caller is told; subclasses set status, code and detail."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "problem"
    detail: ClassVar[str] = ""
    reader_code: ClassVar[int | None] = None

    def __init__(self, **members: Any) -> None:
        """Keep `members` (JSON values) as further members of the answer."""
        super().__init__(self.code)
        self.members = members

    def headers(self) -> dict[str, str]:
        """Return the headers that the answer needs beside its body."""
        after = self.members.get("retry_after")
        return {} if after is None else {"Retry-After": str(after)}


class Malformed(Problem):
    """The request cannot be read."""

    status, code, detail = 400, "malformed", N_("The request could not be read.")


class Refused(Problem):
    """A proof was not accepted."""

    status, code, detail = 401, "refused", N_("We could not accept this.")


class Forbidden(Problem):
    """The caller is known, but may not do this."""

    status, code, detail = 403, "forbidden", N_("This is not allowed.")


class StepUpRequired(Forbidden):
    """The way in that was used is not good enough; `ways` lists those that are."""

    code, detail = "step_up_required", N_("Please log in with your card first.")

    def __init__(self, ways: Sequence[str]) -> None:
        super().__init__(ways=list(ways))


class StrongerWayRequired(StepUpRequired):
    """The same, where others than the card are good enough too."""

    detail = N_("This needs a stronger way of logging in. Please log in again in one of the ways that are shown.")


class NotFound(Problem):
    """It does not exist, or it is somebody else's."""

    status, code, detail = 404, "not_found", N_("There is nothing here.")


class Conflict(Problem):
    """The thing is in another state."""

    status, code, detail = 409, "conflict", N_("This cannot be done now.")


class Gone(Problem):
    """It was good once."""

    status, code, detail = 410, "expired", N_("This has expired. Please start again.")


class TooLarge(Problem):
    """The body is larger than we read."""

    status, code, detail = 413, "too_large", N_("That is too large.")


class WrongType(Problem):
    """The body is not JSON in UTF-8."""

    status, code, detail = 415, "wrong_type", N_("Please send JSON in UTF-8.")


class Invalid(Problem):
    """Well-formed but wrong; `errors` maps field → messages."""

    status, code, detail = 422, "invalid", N_("Please check what you entered.")

    def __init__(self, errors: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__()
        self.errors = dict(errors or {})


class Throttled(Problem):
    """Too many tries; `retry_after` is in whole seconds."""

    status, code, detail = 429, "too_many_tries", N_("Too many tries. Please wait a little.")

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after=max(1, retry_after))


class TriesClosed(Throttled):
    """So many wrong tries in a row that waiting does not help; `retry_after` is a day, for clients that want one."""

    code = "tries_closed"
    detail = N_(
        "Too many wrong tries in a row: this is closed now, and waiting does not open it. Your health card does:"
        " bind your phone anew with a device code's QR code (for a password: set a new one)."
    )


class Unavailable(Problem):
    """A party we depend on did not answer; nothing was done."""

    status, code, detail = (
        503,
        "unavailable",
        N_("Something we need did not answer. Please try again in a moment."),
    )

    def __init__(self, retry_after: int = 5) -> None:
        super().__init__(retry_after=retry_after)


def every_refusal(root: type[Problem] = Problem) -> list[type[Problem]]:
    """Return all refusals that exist in this process, parents first."""
    return [root, *(deeper for child in root.__subclasses__() for deeper in every_refusal(child))]
