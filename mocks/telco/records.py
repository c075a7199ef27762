"""What the operators know: parties, lines and SIMs (`making.py` makes them from the people and a seed)."""

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from mocks.telco.operators import Operators

PLANS = frozenset({"monthly", "prepaid", "company", "family", "child", "mvno"})
STATES = frozenset({"active", "suspended", "arrears", "one_way"})
OTHER = "other"  # an operator outside the configured ones


class UnknownValue(ValueError):
    """A line cannot have that value; the message says which it can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who can hold a contract. `documents`: every number that is this party's, a company's representative included."""

    id: str
    kind: Literal["person", "company"]
    name: str
    birth_date: str | None = None
    documents: frozenset[str] = frozenset()
    representative: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sim:
    """A SIM and since when it carries the number."""

    iccid: str
    imsi: str
    esim: bool
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One mobile number as its operator knows it.

    `holder` is the document number on file for the contract (ID, residence number or business number), `user` the
    person who carries the telephone. `brand` differs from `operator` where a merged brand sold it. `purpose`: voice,
    data_only or fixed_wireless. `rat`, `roaming`, `data_over` and `apn` say how its data path starts out. `kept`:
    whether the operator has anything to compare; `not_kept`: the attributes that it lacks.
    """

    number: str
    operator: str
    brand: str
    holder: str
    user: str
    activated_at: datetime
    sims: tuple[Sim, ...]
    plan: str = "monthly"
    state: str = "active"
    role: str = "SINGLE"
    signed_by: str = "self"
    mvno: str | None = None
    data: str = "active"
    contract_known: bool = True
    kept: bool = True
    not_kept: frozenset[str] = frozenset()
    consent: bool = True
    purpose: str = "voice"
    ported_from: str | None = None
    ported_at: datetime | None = None
    recycled_at: datetime | None = None
    rat: str = "5G_SA"
    roaming: str = "none"
    data_over: str | None = None
    apn: str = "internet"
    note: str = ""
    note_zh: str = ""

    @property
    def msisdn(self) -> str:
        """The number in E.164, as `+886900000101`."""
        return f"+886{self.number[1:]}"

    @property
    def contract_type(self) -> str:
        """CAMARA's contract type: PAYM (monthly), PAYG (prepaid) or Business."""
        return {"prepaid": "PAYG", "company": "Business"}.get(self.plan, "PAYM")

    @property
    def line_role(self) -> str:
        """The place in a family plan: SINGLE, FAMILY_MAIN, FAMILY_MEMBER, CHILD or COMPANION."""
        if self.role != "SINGLE":
            return self.role
        return {"family": "FAMILY_MEMBER", "child": "CHILD"}.get(self.plan, "SINGLE")

    @property
    def held_by(self) -> str:
        """Who signed: SELF, GUARDIAN, PROXY or COMPANY."""
        return "COMPANY" if self.plan == "company" else self.signed_by.upper()

    @property
    def provider(self) -> str:
        """Who sold it: OWN, MERGED_BRAND or MVNO."""
        if self.plan == "mvno":
            return "MVNO"
        return "OWN" if self.brand == self.operator else "MERGED_BRAND"

    @property
    def standing(self) -> str:
        """How it stands: GOOD, OVERDUE or SUSPENDED (one-way suspension counts as suspended)."""
        return {"active": "GOOD", "arrears": "OVERDUE"}.get(self.state, "SUSPENDED")

    @property
    def services(self) -> dict[str, str]:
        """The three service states of CAMARA's Subscription Status."""
        return {
            "voiceSmsIn": "suspended" if self.state == "suspended" else "active",
            "voiceSmsOut": "suspended" if self.state in {"suspended", "one_way"} else "active",
            "dataService": "throttled" if (self.state, self.data) == ("suspended", "active") else self.data,
        }

    @property
    def sim_changed_at(self) -> datetime:
        """When the number last got another SIM (at first: its activation)."""
        return self.sims[-1].since

    def with_sim(self, at: datetime) -> "Line":
        """Return the line with another SIM from a moment on."""
        return replace(self, sims=(*self.sims, _next_sim(self, at)))

    def described(self) -> dict[str, Any]:
        """Return the line for the control listener, without its SIMs."""
        plain = {name: value for name, value in asdict(self).items() if name not in {"sims", "not_kept"}}
        return {**plain, "msisdn": self.msisdn, "sim_changed_at": self.sim_changed_at}


@dataclass(slots=True)
class World:
    """Parties and lines, looked up by number; what is changed while it runs is forgotten at a restart."""

    operators: Operators
    parties: dict[str, Party]
    lines: dict[str, Line]
    lock: threading.Lock = field(default_factory=threading.Lock)
    routed_before: dict[str, Line] = field(default_factory=dict)

    def all(self) -> list[Line]:
        """Return every line."""
        return list(self.lines.values())

    def line(self, number: str) -> Line | None:
        """Return the line of a national (`09…`) or international (`+8869…`) number, or None."""
        return self.lines.get(f"0{number[4:]}" if number.startswith("+886") else number)

    def line_of(self, operator_id: str, number: str) -> Line | None:
        """Return the line of a number where this operator serves it, or None."""
        line = self.line(number)
        return line if line is not None and self.serving(line) == operator_id else None

    def serving(self, line: Line) -> str | None:
        """Return the id of the operator that answers for a line, None for one outside the configured ones."""
        operator = self.operators.serving(line.operator)
        return None if operator is None else operator.id

    def holder(self, line: Line) -> Party:
        """Return who holds the contract; a document that is nobody's makes an unnamed person."""
        unnamed = Party(id=line.holder, kind="person", name="", documents=frozenset({line.holder}))
        return next((party for party in self.parties.values() if line.holder in party.documents), unnamed)

    def documents(self, line: Line) -> frozenset[str]:
        """Return the document numbers that the operator takes for the holder's.

        The one on file; the holder's other form of it where the operator knows both; for a company also its
        representative's ID, so that a match alone never says that a line is a person's own.
        """
        party = self.holder(line)
        operator = self.operators.serving(line.operator)
        if party.kind == "company" and party.representative:
            return frozenset({line.holder, party.representative})
        if operator is not None and operator.knows_former_numbers:
            return party.documents
        return frozenset({line.holder})

    def routed(self, number: str, *, stale: bool = False) -> Line | None:
        """Return the line as the portability database has it; `stale`: as it was before the last port."""
        line = self.line(number)
        return self.routed_before.get(line.number, line) if stale and line else line

    def change(self, number: str, changes: Mapping[str, Any], *, at: datetime) -> Line:
        """Change a line and return it; another operator is a port with a new SIM. Raises `UnknownValue`, `KeyError`."""
        for name, value in changes.items():
            self._require_possible(name, value)
        with self.lock:
            before = self.lines[number]
            after = replace(before, **changes)
            if after.operator != before.operator:
                self.routed_before[number] = before
                after = _ported(before, after, at)
            self.lines[number] = after
        return after

    def change_sim(self, number: str, *, at: datetime) -> Line:
        """Give a number another SIM at a moment; raise `KeyError` where there is no such line."""
        with self.lock:
            self.lines[number] = self.lines[number].with_sim(at)
        return self.lines[number]

    def _require_possible(self, name: str, value: Any) -> None:
        if name in _TEXTS:
            fine = isinstance(value, str) and (name not in _NETWORKS or value == OTHER or self.operators.knows(value))
            possible = "a configured operator or 'other'" if name in _NETWORKS else "a text"
        elif name in CHOICES:
            fine, possible = value in list(CHOICES[name]), f"one of {sorted(CHOICES[name], key=str)}"
        else:
            raise UnknownValue(f"{name} cannot be changed; {', '.join(sorted(_TEXTS | set(CHOICES)))} can")
        if not fine:
            raise UnknownValue(f"{name} is {possible}")


def _ported(before: Line, after: Line, at: datetime) -> Line:
    return replace(after, ported_from=before.operator, ported_at=at, brand=after.operator).with_sim(at)


def _next_sim(line: Line, at: datetime) -> Sim:
    last = line.sims[-1]
    return Sim(iccid=str(int(last.iccid) + 1), imsi=str(int(last.imsi) + 1), esim=not last.esim, since=at)


_NETWORKS = frozenset({"operator", "brand"})
_TEXTS = _NETWORKS | {"holder", "user", "mvno"}
_YES_NO = frozenset({True, False})
CHOICES: dict[str, frozenset[Any]] = {
    "plan": PLANS,
    "state": STATES,
    "contract_known": _YES_NO,
    "kept": _YES_NO,
    "consent": _YES_NO,
    "role": frozenset({"SINGLE", "FAMILY_MAIN", "FAMILY_MEMBER", "CHILD", "COMPANION"}),
    "signed_by": frozenset({"self", "guardian", "proxy"}),
    "data": frozenset({"active", "throttled", "suspended"}),
    "purpose": frozenset({"voice", "data_only", "fixed_wireless"}),
}
