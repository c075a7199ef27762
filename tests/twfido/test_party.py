"""The provider's port: each question is sent once, and whatever is broken is told as away or not believed."""

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from authsvc.core.remote import Remote
from mocks.twfido import wire as theirs
from tests.twfido.test_wire import ASKED, BEGUN, KEY
from twfido.party import HttpTwFido
from twfido.refusals import TwfidoRefused, TwfidoUnavailable
from twfido.wire import NotBelieved

Reply = Callable[[httpx2.Request], httpx2.Response]
RESULT = {"hashed_id_num": "h", "signed_response": "s", "cert": "c"}


class Provider(httpx2.BaseTransport):
    """Answers as it is told, and counts."""

    def __init__(self, reply: Reply) -> None:
        self.reply, self.asked = reply, list[dict[str, Any]]()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(json.loads(request.read()))
        return self.reply(request)


def party(reply: Reply) -> tuple[HttpTwFido, Provider]:
    provider = Provider(reply)
    remote = Remote("twfido", "http://twfido.example", transport=provider)
    return HttpTwFido(remote, service_id="service", key=KEY), provider


def saying(body: Any, status: int = 200) -> Reply:
    return lambda _request: httpx2.Response(status, json=body)


def hang_up(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("hung up", request=request)


@pytest.mark.parametrize("reply", [hang_up, saying({}, 500), saying([]), saying("text")])
def test_a_question_is_sent_once_whatever_becomes_of_it(reply: Reply) -> None:
    twfido, provider = party(reply)

    with pytest.raises(TwfidoUnavailable):
        twfido.open(ASKED, at=BEGUN)
    with pytest.raises(TwfidoUnavailable):
        twfido.ask(transaction_id="t", ticket_id="ticket-1")

    assert len(provider.asked) == 2


def test_what_is_sent_is_sealed_as_the_interface_says() -> None:
    twfido, provider = party(saying({"error_code": "SP-API-ATH-01-SPSVCID_NF"}))

    with pytest.raises(TwfidoRefused):
        twfido.open(ASKED, at=BEGUN)
    twfido.ask(transaction_id="t", ticket_id="ticket-1")

    ticket, result = provider.asked
    names = ("transaction_id", "sp_service_id", "id_num", "op_code", "op_mode", "hint")
    sealed = [*(ticket[name] for name in names), ticket["sign_info"]["sign_data"]]
    assert theirs.checksum_holds(KEY, ticket["sp_checksum"], *sealed)
    assert theirs.checksum_holds(KEY, result["sp_checksum"], "t", "service", "ticket-1")
    assert (ticket["time_limit"], ticket["op_code"], ticket["op_mode"]) == ("180", "SIGN", "I-SCAN")


@pytest.mark.parametrize(
    "result",
    [
        None,
        [],
        {},
        RESULT,
        {**RESULT, "idp_checksum": theirs.checksum(KEY, "another", "0", "h", "s")},
        {**RESULT, "idp_checksum": theirs.checksum(KEY, "t", "1", "h", "s")},
        {**RESULT, "idp_checksum": theirs.checksum(KEY, "t", "0", "h", "s"), "cert": None},
        {**RESULT, "idp_checksum": theirs.checksum(KEY, "t", "0", "h", "s"), "cert": "c" * 20_000},
        {**RESULT, "idp_checksum": 7},
    ],
)
def test_a_result_that_is_not_whole_is_not_believed(result: Any) -> None:
    twfido, _provider = party(saying({"error_code": "0", "result": result}))

    with pytest.raises(NotBelieved):
        twfido.ask(transaction_id="t", ticket_id="ticket-1")


def test_a_whole_result_is_handed_on() -> None:
    sealed = theirs.checksum(KEY, "t", "0", "h", "s")
    twfido, _provider = party(saying({"error_code": "0", "result": {**RESULT, "idp_checksum": sealed}}))

    answer = twfido.ask(transaction_id="t", ticket_id="ticket-1")

    assert answer.number is None
    assert answer.result is not None
    assert (answer.result.hashed_id, answer.result.certificate, answer.result.signature) == ("h", "c", "s")


@pytest.mark.parametrize("code", [None, 0, "", "<script>", "x" * 100, ["0"]])
def test_an_answer_without_a_number_is_one_without_a_result(code: Any) -> None:
    twfido, _provider = party(saying({"error_code": code, "result": RESULT}))

    assert twfido.ask(transaction_id="t", ticket_id="ticket-1").number == "SP-API-ATH-02-UNDEFINED"
