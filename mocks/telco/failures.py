"""The faults of operators: per operator, endpoint and subscriber, by a share of calls, for a time, with a seed.

A target is `<operator>/<endpoint>`, `<operator>/*` or `*`; it may end in a subscriber (`chunghwa/token/0900000101`).
"""

from dataclasses import replace

from mocks.faults import EVERYWHERE, GENERAL, Fault, Faults, UnknownFault
from mocks.telco.operators import OWN_ENDPOINTS, Operators

STATUSES = ("500", "502", "503", "504")
BROKEN = frozenset({*STATUSES, *(f"{status}_{form}" for status in STATUSES for form in ("html", "empty"))})
ON_THE_WAY = GENERAL | BROKEN | {"slow_body", "cut", "lost_reply", "429", "429_no_retry", "wrong_type"}
IN_JSON = frozenset({"truncated", "duplicate_key", "extra_field", "missing_field", "unseen_enum"})
AT_APIS = frozenset({"401", "other_correlator"})
AT_AUTHORIZE = frozenset(
    {"redirect_loop", "unexpected_host", "state_changed", "code_twice", "stale_sessions", "unstripped_header"}
)
AT_TOKEN = frozenset({"wrong_kid", "wrong_nonce", "rotated"})
GATEWAY = GENERAL | BROKEN | {"wrong_nonce", "stale", "lie", "missing_field"}
DELAYS = frozenset({"slow", "slow_body"})


def kinds_of(operators: Operators) -> dict[str, frozenset[str]]:
    """Return which faults each target has."""
    kinds: dict[str, frozenset[str]] = {"gateway": GATEWAY}
    for operator in operators.all():
        own = {
            "authorize": ON_THE_WAY | AT_AUTHORIZE,
            "token": ON_THE_WAY | IN_JSON | AT_TOKEN,
            "jwks": ON_THE_WAY | IN_JSON,
            "discovery": ON_THE_WAY | IN_JSON,
        }
        own |= dict.fromkeys(operator.apis - OWN_ENDPOINTS, ON_THE_WAY | IN_JSON | AT_APIS)
        own[EVERYWHERE] = frozenset().union(*own.values())
        kinds |= {f"{operator.id}/{endpoint}": faults for endpoint, faults in own.items()}
    return kinds


class Failures(Faults):
    """The schedule of faults, with subscribers and whole operators as targets."""

    def __init__(self, operators: Operators, *, seed: int = 1) -> None:
        """Know the targets of these operators; the same seed gives the same rolls."""
        super().__init__(kinds_of(operators), seed=seed)

    def put(self, fault: Fault) -> None:
        """Set a fault as `Faults.put` does; a third part of the target is a subscriber's number."""
        where, _, number = _split(fault.target)
        if number and not (number.isascii() and number.isdigit()):
            raise UnknownFault("a subscriber is a national number, as in chunghwa/token/0900000101")
        if number and where in self._kinds:
            self._kinds.setdefault(fault.target, self._kinds[where])
        super().put(fault)

    def strike_at(self, operator_id: str, endpoint: str, number: str | None = None) -> dict[str, Fault]:
        """Roll the dice for one call and return the faults that hit it, by kind."""
        here = f"{operator_id}/{endpoint}"
        targets = {EVERYWHERE, f"{operator_id}/{EVERYWHERE}", here}
        if number:
            targets |= {f"{here}/{number}", f"{operator_id}/{EVERYWHERE}/{number}"}
        with self._lock:
            due = [fault for fault in self._in_force() if fault.target in targets]
            possible = self._kinds.get(here, frozenset())
            return {fault.kind: fault for fault in due if fault.kind in possible and self._dice.random() < fault.rate}

    def _end(self, fault: Fault) -> float | None:
        return None if fault.kind in DELAYS else super()._end(replace(fault, kind="any"))


def _split(target: str) -> tuple[str, str, str]:
    operator, _, rest = target.partition("/")
    endpoint, _, number = rest.partition("/")
    return f"{operator}/{endpoint}", endpoint, number
