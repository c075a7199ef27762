"""The provider's own books: which tickets it gave, what became of them, and how fast a relying party asks."""

import threading
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from mocks.card.refusals import CardRefusal
from mocks.clock import Clock
from mocks.twfido.phones import Phone, Phones, Signed
from mocks.twfido.wire import digest_of, unbase64, write_ticket

SLOWEST_ALLOWED = timedelta(seconds=4)  # between two questions about one ticket
WAITING = "SPTKTID_TXNLOG_NF"


@dataclass(frozen=True, slots=True)
class Provider:
    """A relying party as the provider knows it."""

    service_id: str
    key: bytes
    name: str = "模擬服務 Simulated service"


@dataclass(slots=True)
class Transaction:
    """One request: what was asked, until when, and how it ended (`code` is None while nobody decided)."""

    transaction_id: str
    ticket_id: str
    hashed_id: str
    op_code: str
    op_mode: str
    hint: str
    data: bytes
    ends: datetime
    ticket: str = ""
    code: str | None = None
    signed: Signed | None = None
    asked_at: datetime | None = None
    asked: list[datetime] = field(default_factory=list)


class Office:
    """Gives tickets, takes decisions, tells results."""

    def __init__(self, phones: Phones, provider: Provider, clock: Clock) -> None:
        self.phones, self.provider, self.clock = phones, provider, clock
        self._lock = threading.Lock()
        self._by_ticket: dict[str, Transaction] = {}

    def all(self) -> list[Transaction]:
        """Return every transaction, the oldest first."""
        return list(self._by_ticket.values())

    def find(self, ticket_id: str) -> Transaction | None:
        """Return a transaction by the id of its ticket, or None."""
        return self._by_ticket.get(ticket_id)

    def knows(self, transaction_id: str) -> bool:
        """Tell whether a relying party used this id before."""
        return any(each.transaction_id == transaction_id for each in self.all())

    def open(self, body: Mapping[str, Any], *, seconds: int) -> Transaction:
        """Write a new transaction down and give it a ticket."""
        content = (body.get("sign_info") or {}).get("sign_data", "")
        transaction = Transaction(
            transaction_id=body["transaction_id"],
            ticket_id=str(uuid4()),
            hashed_id=digest_of(body["id_num"]),
            op_code=body["op_code"],
            op_mode=body["op_mode"],
            hint=body["hint"],
            data=unbase64(content) or b"",
            ends=self.clock.now() + timedelta(seconds=seconds),
        )
        transaction.ticket = write_ticket(self.content_of(transaction))
        self._by_ticket[transaction.ticket_id] = transaction
        return transaction

    def content_of(self, transaction: Transaction) -> dict[str, Any]:
        """Return what stands in a transaction's ticket."""
        return {
            "transaction_id": transaction.transaction_id,
            "sp_ticket_id": transaction.ticket_id,
            "sp_service_id": self.provider.service_id,
            "sp_name": self.provider.name,
            "op_code": transaction.op_code,
            "op_mode": transaction.op_mode,
            "hint": transaction.hint,
            "hashed_id_num": transaction.hashed_id,
            "expiration_time": int(transaction.ends.timestamp() * 1000),
        }

    def may_ask(self, transaction: Transaction) -> bool:
        """Note a question about a ticket, and tell whether it comes at least four seconds after the one before."""
        now = self.clock.now()
        with self._lock:
            before, transaction.asked_at = transaction.asked_at, now
            transaction.asked.append(now)
        return before is None or now - before >= SLOWEST_ALLOWED

    def standing(self, transaction: Transaction) -> str:
        """Return the code by which a transaction stands: `0` approved, waiting, late, or how it ended."""
        if transaction.code is None and self.clock.now() >= transaction.ends:
            return "SPTKT_OVD"
        return transaction.code or WAITING

    def approve(self, transaction: Transaction, phone: Phone, *, pin: str | None) -> None:
        """Let a phone sign and write the result down; raise `CardRefusal` for its PIN, which ends nothing."""
        if not phone.signs:
            transaction.code = "IDNUM_DEVPROF_NF"
            return
        try:
            signed = self.phones.sign(phone, transaction.data, pin=pin)
        except CardRefusal as refusal:
            if refusal.code.startswith("pin_"):
                raise
            transaction.code = "APP_SIGN_FAILURE"
            return
        transaction.signed = None if transaction.op_code == "ATH" else signed
        transaction.code = "0"

    def deny(self, transaction: Transaction) -> None:
        """Write down that the person said no."""
        transaction.code = "APP_USER_CANCEL"


def told(hashed_id: str, signed: Signed | None) -> dict[str, str]:
    """Return a result as it is sent: base64 of certificate and signature."""
    if signed is None:
        return {"hashed_id_num": hashed_id, "signed_response": ""}
    return {
        "hashed_id_num": hashed_id,
        "signed_response": b64encode(signed.signature).decode(),
        "cert": b64encode(signed.certificate).decode(),
    }
