"""TW FidO's port: a ticket for a person, and what became of it. Nothing that it says is believed for being said."""

import logging
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, runtime_checkable

import twfido.codes as codes
from authsvc.core.errors import Unavailable
from authsvc.core.remote import Remote
from twfido.refusals import TwfidoRefused, TwfidoUnavailable
from twfido.wire import MODES, SIGN, Asked, NotBelieved, Ticket, checksum, checksum_holds, read_ticket

GRANTED: Final = "0"
LONGEST: Final = 16_384  # characters of a certificate or a signature
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Result:
    """What the phone gave, as TW FidO tells it: base64 of the certificate and of the signature."""

    hashed_id: str
    certificate: str
    signature: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How a ticket stands: a result, or TW FidO's number for why there is none."""

    number: str | None
    result: Result | None


@runtime_checkable
class TwFido(Protocol):
    """What we ask; whatever is late or broken raises `TwfidoUnavailable`."""

    def open(self, asked: Asked, *, at: datetime) -> Ticket:
        """Return a ticket for exactly this; raise `TwfidoRefused` where TW FidO says no."""
        ...

    def ask(self, *, transaction_id: str, ticket_id: str) -> Answer:
        """Return how a ticket stands; raise `NotBelieved` for an answer that is not TW FidO's."""
        ...


class HttpTwFido:
    """TW FidO over HTTP; each question is sent once, for a second one is refused or too fast."""

    def __init__(self, remote: Remote, *, service_id: str, key: bytes) -> None:
        self._remote, self._service_id, self._key = remote, service_id, key

    def open(self, asked: Asked, *, at: datetime) -> Ticket:
        """Return a ticket for exactly this; raise `TwfidoRefused` where TW FidO says no."""
        data = b64encode(asked.data).decode()
        facts = (asked.transaction_id, self._service_id, asked.national_id, SIGN, MODES[asked.mode], asked.hint)
        names = ("transaction_id", "sp_service_id", "id_num", "op_code", "op_mode", "hint")
        question = dict(zip(names, facts, strict=True)) | {
            "sp_checksum": checksum(self._key, *facts, data),
            "time_limit": str(asked.seconds),
            "sign_info": {
                "sign_type": "PKCS#1",
                "sign_data": data,
                "tbs_encoding": "base64",
                "hash_algorithm": "SHA256",
            },
        }
        try:
            answer = self._ask("/moise/sp/getSpTicket", question)
            if (number := _refusal(answer, codes.TICKET)) is not None:
                raise TwfidoRefused(number)
            (text,) = self._texts(answer, ("sp_ticket",), sealed=(asked.transaction_id,))
            return read_ticket(text, expected=asked, at=at)
        except NotBelieved as fault:
            log.warning("TW FidO's ticket is not believed: %s", fault)
            raise TwfidoUnavailable from fault

    def ask(self, *, transaction_id: str, ticket_id: str) -> Answer:
        """Return how a ticket stands; raise `NotBelieved` for an answer that is not TW FidO's."""
        facts = (transaction_id, self._service_id, ticket_id)
        question = dict(zip(("transaction_id", "sp_service_id", "sp_ticket_id"), facts, strict=True))
        answer = self._ask("/moise/sp/getAthOrSignResult", question | {"sp_checksum": checksum(self._key, *facts)})
        if (number := _refusal(answer, codes.RESULT)) is not None:
            return Answer(number=number, result=None)
        names = ("hashed_id_num", "signed_response")
        hashed, signature = self._texts(answer, names, sealed=(transaction_id,))
        certificate = _text(answer["result"], "cert")
        return Answer(number=None, result=Result(hashed_id=hashed, certificate=certificate, signature=signature))

    def _ask(self, path: str, question: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self._remote.ask_once(path, question)
        except Unavailable as fault:
            raise TwfidoUnavailable from fault

    def _texts(self, answer: Mapping[str, Any], names: tuple[str, ...], *, sealed: tuple[str, ...]) -> list[str]:
        """Return texts of a result whose checksum is over transaction, `0` and these; raise `NotBelieved`."""
        result = answer.get("result")
        if not isinstance(result, dict):
            raise NotBelieved("there is no result")
        found = [_text(result, name) for name in names]
        if not checksum_holds(self._key, _text(result, "idp_checksum"), *sealed, GRANTED, *found):
            raise NotBelieved("the checksum is not over this answer")
        return found


def _refusal(answer: Mapping[str, Any], interface: str) -> str | None:
    code = answer.get("error_code")
    return None if code == GRANTED else codes.number_of(interface, code)


def _text(result: Mapping[str, Any], name: str) -> str:
    found = result.get(name)
    if not isinstance(found, str) or not found or len(found) > LONGEST:
        raise NotBelieved(f"there is no {name}")
    return found
