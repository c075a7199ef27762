"""SIM Swap 2.1: when a number last got another SIM.

Source: `../reference/sim-swap.yaml`. A new SIM, a port to another operator and a new subscription all count.
"""

from datetime import datetime, timedelta

from mocks.telco.apis.call import Body, Call, Number, Operation
from mocks.telco.apis.errors import CamaraError
from mocks.telco.operators import SIM_SWAP, Operator
from mocks.telco.records import Line

_FILE = "sim-swap.yaml"
_DEFAULT_HOURS = 240
_HOURS_A_DAY = 24


def check(call: Call) -> Body:
    """Tell whether the SIM changed within the last `maxAge` hours (240 unless told)."""
    age = timedelta(hours=call.body.get("maxAge", _DEFAULT_HOURS))
    latest = latest_change(call.line)
    return {"swapped": latest is not None and latest >= call.now - age}


def retrieve_date(call: Call) -> Body:
    """Return when the SIM last changed; null where it never had one, or where it is longer ago than is kept."""
    latest, days = latest_change(call.line), call.operator.monitored_days
    if latest is not None and (not days or latest >= call.now - timedelta(days=days)):
        return {"latestSimChange": latest.isoformat()}
    return {"latestSimChange": None, **({"monitoredPeriod": days} if days else {})}


def latest_change(line: Line) -> datetime | None:
    """Return the latest moment at which number and SIM came together anew, None for a number without a SIM."""
    if not line.sims:
        return None
    moments = (line.sims[-1].since, line.ported_at, line.recycled_at)
    return max(moment for moment in moments if moment is not None)


def _demand_monitored_age(operator: Operator, body: Body) -> None:
    limit = operator.monitored_days * _HOURS_A_DAY
    if limit and body.get("maxAge", 1) > limit:
        raise CamaraError("OUT_OF_RANGE", f"SIM changes are kept for {operator.monitored_days} days only.")


def _has_handset(line: Line) -> bool:
    return line.purpose == "voice"


OPERATIONS = (
    Operation(
        api=SIM_SWAP,
        version="v2",
        path="/check",
        number=Number.FORBIDDEN,
        file=lambda _operator: _FILE,
        answer=check,
        demand=_demand_monitored_age,
        serves=_has_handset,
    ),
    Operation(
        api=SIM_SWAP,
        version="v2",
        path="/retrieve-date",
        number=Number.FORBIDDEN,
        file=lambda _operator: _FILE,
        answer=retrieve_date,
        serves=_has_handset,
    ),
)
