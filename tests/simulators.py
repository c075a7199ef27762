"""Given: faults of the simulators, set as a test bench sets them; and what the audit says of the acts."""

import httpx2
from sqlalchemy import select

from authsvc.core.audit import AuditEvent
from authsvc.core.kit import Kit

Transports = dict[str, httpx2.BaseTransport]


def put_fault(transports: Transports, party: str, target: str, kind: str) -> None:
    """Let a party fail or lie at each call of a target."""
    with httpx2.Client(transport=transports[party], base_url="http://127.0.0.1") as control:
        control.put("/control/faults", json={"target": target, "kind": kind}).raise_for_status()


def clear_faults(transports: Transports, party: str) -> None:
    with httpx2.Client(transport=transports[party], base_url="http://127.0.0.1") as control:
        control.delete("/control/faults").raise_for_status()


def acts(kit: Kit) -> list[tuple[str, str]]:
    """Return action and outcome of every event, the oldest first."""
    with kit.read() as session:
        found = session.execute(select(AuditEvent.action, AuditEvent.outcome).order_by(AuditEvent.id))
        return [(action, outcome) for action, outcome in found]
