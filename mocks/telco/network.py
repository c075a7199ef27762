"""The mobile network: which connection carries whose data, and how an operator recognises a line by it.

A listener (`connections.py`) states the connection, never the client: it signs the address and port of the flow with
a key of this run. An operator looks the session up in its table by address, port and time. Nothing that a client
sends takes part.
"""

import hmac
import json
import secrets
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from itertools import count
from typing import Any

from mocks.clock import Clock
from mocks.telco.attachments import PORTS_PER_LINE, Attachment, Flow, Kind, require_possible
from mocks.telco.operators import Operator
from mocks.telco.records import Line, World

FLOW_HEADER = "X-Simulator-Flow"
WIFI, VPN = "wifi", "vpn"
FLOW_SECONDS = 10
WIFI_ADDRESS, VPN_ADDRESS, ABROAD_ADDRESS = "198.51.100.7", "192.0.2.9", "203.0.113.77"  # RFC 5737: documentation
OPEN_APN = "internet"
_FIRST_ADDRESS = "198.18.0.0"  # RFC 2544: for benchmarks, nobody's
_FIRST_PORT = 1024
_BLOCKS = 120
_REMEMBERED = 1000


class Network:
    """Attachments of all connections and the session tables of all operators."""

    def __init__(self, world: World, *, clock: Clock) -> None:
        """Attach every line as its record says; this computer starts out on Wi-Fi."""
        self.world, self.clock = world, clock
        self.handset = WIFI
        self._now: dict[str, Attachment] = {}
        self._past: list[Attachment] = []
        self._blocks: Counter[str] = Counter()
        self._key = secrets.token_bytes(32)
        self._spent: dict[str, datetime] = {}
        self._turn = count()
        self._lock = threading.RLock()
        for line in sorted(world.all(), key=lambda each: each.data_over is not None):
            self._now[line.number] = self._attached(line)
        shared = next(iter(world.lines), None)
        for name, state in (("hotspot-detected", "detected"), ("hotspot-undetected", "undetected")):
            if shared is not None:
                self._now[name] = replace(self._now[shared], connection=name, tethered=state)
        self._now[WIFI] = self._foreign(WIFI, "wifi", WIFI_ADDRESS)
        self._now[VPN] = self._foreign(VPN, "vpn", VPN_ADDRESS)

    def all(self) -> list[Attachment]:
        """Return the attachment of every connection."""
        return list(self._now.values())

    def find(self, connection: str) -> Attachment | None:
        """Return the present attachment of a connection, or None."""
        return self._now.get(connection)

    def attachment(self, connection: str) -> Attachment:
        """Return the present attachment of a connection; raise `KeyError`."""
        return self._now[connection]

    def line_on(self, attachment: Attachment) -> Line | None:
        """Return the line whose data goes over an attachment, or None."""
        return self.world.line(attachment.line) if attachment.line and attachment.kind == "cellular" else None

    def attachment_of(self, number: str) -> Attachment | None:
        """Return what the SIM of a national number is attached with now, or None where it is not attached.

        It says what the SIM does, not which way a request came.
        """
        attachment = self._now.get(number)
        return None if attachment is None or attachment.rat == "none" else attachment

    def change(self, connection: str, changes: Mapping[str, Any]) -> Attachment:
        """Change a connection from now on and return its attachment; raise `UnknownValue` or `KeyError`.

        `line` moves it to another line's SIM, `kind` to Wi-Fi, a VPN exit or back.
        """
        for name, value in changes.items():
            require_possible(name, value, self._now)
        with self._lock:
            before = self._now[connection]
            after = replace(before, **{name: value for name, value in changes.items() if name != "line"})
            if {"line", "kind", "roaming"} & set(changes):
                after = self._moved(after, changes.get("line", before.line or connection))
            self._replace(connection, after)
        return self._now[connection]

    def reassign(self, connection: str, *, to: str) -> None:
        """Give a connection's address and ports to another line's, and new ones to itself; raise `KeyError`."""
        with self._lock:
            giver, taker = self._now[connection], self._now[to]
            address, ports = self._new_block(giver.operator or "")
            self._replace(connection, replace(giver, address=address, ports=ports))
            self._replace(to, replace(taker, address=giver.address, ports=giver.ports))

    def reattach(self, number: str) -> None:
        """Attach a line anew after its operator changed; raise `KeyError`."""
        line = self.world.lines[number]
        with self._lock:
            self._replace(number, self._attached(line))

    def session(self, operator: Operator, flow: Flow, *, stale: bool = False) -> Attachment | None:
        """Return the session that an operator finds for a flow, or None; `stale`: its table misses the last change."""
        with self._lock:
            known = [*self._past[::-1], *self._now.values()] if stale else [*self._now.values(), *self._past]
        at_home = [each for each in known if each.is_at_home and each.operator == operator.id and each.apn == OPEN_APN]
        if operator.identification == "header":
            return next((each for each in at_home if each.line == flow.inserted), None)
        if stale:
            at_home = [replace(each, until=None) for each in at_home]
        return next((each for each in at_home if each.covers(flow.address, flow.port, flow.at)), None)

    def flow(self, connection: str, *, claimed: str | None = None) -> Flow:
        """Return a new flow over a connection; raise `KeyError`."""
        attachment = self._now[connection]
        line = self.line_on(attachment)
        operator = self.world.operators.find(attachment.operator or "")
        inserts = operator is not None and operator.identification == "header" and attachment.is_at_home
        wireless = line is not None and line.purpose == "fixed_wireless"
        return Flow(
            connection=connection,
            address=attachment.address,
            port=attachment.ports + next(self._turn) % PORTS_PER_LINE,
            at=self.clock.now(),
            tethered=attachment.tethered == "detected",
            inserted=line.number if inserts and line and not wireless else None,
            claimed=claimed if inserts and wireless else None,
        )

    def signed(self, connection: str, *, claimed: str | None = None) -> dict[str, str]:
        """Return the header that states a flow over a connection; good once, for ten seconds of this run."""
        flow = self.flow(connection, claimed=claimed)
        stated = {**asdict(flow), "at": flow.at.isoformat(), "id": secrets.token_urlsafe(12)}
        content = urlsafe_b64encode(json.dumps(stated).encode()).decode()
        return {FLOW_HEADER: f"{content}.{self._seal(content)}"}

    def stated(self, header: str) -> Flow | None:
        """Return the flow that a header of ours states; None where it is not ours, used or old."""
        content, _, seal = header.partition(".")
        if not hmac.compare_digest(seal.encode(), self._seal(content).encode()):
            return None
        stated = json.loads(urlsafe_b64decode(content))
        at, used = datetime.fromisoformat(stated.pop("at")), stated.pop("id")
        oldest = self.clock.now() - timedelta(seconds=FLOW_SECONDS)
        with self._lock:
            self._spent = {key: moment for key, moment in self._spent.items() if moment > oldest}
            if at <= oldest or used in self._spent:
                return None
            self._spent[used] = at
        return Flow(**stated, at=at)

    def _seal(self, content: str) -> str:
        return hmac.new(self._key, content.encode(), sha256).hexdigest()

    def _replace(self, connection: str, after: Attachment) -> None:
        now = self.clock.now()
        self._past.append(replace(self._now[connection], until=now))
        del self._past[:-_REMEMBERED]
        self._now[connection] = replace(after, since=now, until=None)

    def _attached(self, line: Line) -> Attachment:
        blank = self._foreign(line.number, "cellular", ABROAD_ADDRESS)
        begun = replace(blank, rat=line.rat, roaming=line.roaming, apn=line.apn)
        return self._moved(begun, line.data_over or line.number)

    def _moved(self, attachment: Attachment, number: str) -> Attachment:
        """Return the attachment over a line's SIM with the address that its kind gives it."""
        line = self.world.line(number)
        if attachment.kind != "cellular" or line is None:
            address = VPN_ADDRESS if attachment.kind == "vpn" else WIFI_ADDRESS
            return replace(attachment, line=number, address=address, ports=_FIRST_PORT)
        operator = self.world.serving(line)
        if attachment.roaming == "local_breakout":
            return replace(attachment, line=number, operator=operator, address=ABROAD_ADDRESS, ports=_FIRST_PORT)
        shared = self._now.get(number)
        lends = shared is not None and attachment.connection != number and shared.is_at_home
        address, ports = (shared.address, shared.ports) if shared and lends else self._new_block(operator or "")
        return replace(attachment, line=number, operator=operator, address=address, ports=ports)

    def _foreign(self, connection: str, kind: Kind, address: str) -> Attachment:
        return Attachment(
            connection=connection,
            kind=kind,
            line=None,
            operator=None,
            address=address,
            ports=_FIRST_PORT,
            since=self.clock.now(),
        )

    def _new_block(self, operator: str) -> tuple[str, int]:
        place = [each.id for each in self.world.operators.all()].index(operator) if operator else 31
        index = self._blocks[operator]
        self._blocks[operator] += 1
        address = ip_address(int(ip_address(_FIRST_ADDRESS)) + place * 4096 + index // _BLOCKS)
        return str(address), _FIRST_PORT + index % _BLOCKS * PORTS_PER_LINE
