"""The provider as relying parties see it: a ticket is asked for, then its result; all over JSON, codes in the body."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app

from mocks.twfido.office import Office, Transaction, told
from mocks.twfido.phones import Signed
from mocks.twfido.wire import checksum, checksum_holds, unbase64, write_ticket
from mocks.web import json_body, suffer

api = Blueprint("twfido", __name__)

TICKET, RESULT, DEVICE = "SP-API-ATH-01", "SP-API-ATH-02", "SP-API-LF-01"
OP_CODES, OP_MODES = frozenset({"ATH", "SIGN"}), frozenset({"I-SCAN", "APP2APP", "MWEB2APP"})
LONGEST_DATA = 1024
SECONDS = range(30, 601)
USUAL_SECONDS = 60


@api.post("/moise/sp/getSpTicket")
def give_ticket() -> dict[str, Any]:
    """Give a ticket for one request, which the person's phone will read."""
    body, struck = json_body(), suffer("ticket")
    if (fault := _wrong_with(body)) is not None:
        return refused(TICKET, fault)
    transaction = office().open(body, seconds=int(body.get("time_limit") or USUAL_SECONDS))
    ticket = _spoilt_ticket(transaction, struck)
    sealed = checksum(office().provider.key, transaction.transaction_id, "0", ticket)
    return done({"sp_ticket": ticket, "idp_checksum": sealed[::-1] if "wrong_checksum" in struck else sealed})


@api.post("/moise/sp/getAthOrSignResult")
def tell_result() -> dict[str, Any]:
    """Tell what became of a ticket."""
    body, struck = json_body(), suffer("result")
    asked = [str(body.get(name, "")) for name in ("transaction_id", "sp_service_id", "sp_ticket_id")]
    if (fault := _stranger(body, *asked)) is not None:
        return refused(RESULT, fault)
    transaction = office().find(asked[2])
    if transaction is None or transaction.transaction_id != asked[0]:
        return refused(RESULT, "SPTKTID_SPTKT_NF")
    if not office().may_ask(transaction):
        return refused(RESULT, "POLL_TOO_FAST")
    code = office().standing(transaction)
    if lie := struck & LIES.keys():
        return _result(transaction, LIES[min(lie)](transaction), struck)
    if code != "0":
        return refused(RESULT, code)
    return _result(transaction, told(transaction.hashed_id, transaction.signed), struck)


@api.post("/moise/sp/checkDeviceStatus")
def tell_device() -> dict[str, Any]:
    """Tell whether somebody registered a phone, and whether it has a certificate to sign with."""
    body = json_body()
    asked = [str(body.get(name, "")) for name in ("transaction_id", "sp_service_id", "id_num")]
    suffer("device")
    if (fault := _stranger(body, *asked)) is not None:
        return refused(DEVICE, fault)
    phone = next((each for each in office().phones.all() if each.person.national_id == asked[2]), None)
    facts = ["Y" if phone else "N", "Y" if phone and phone.signs else "N"]
    sealed = checksum(office().provider.key, asked[0], "0", *facts)
    return done({"is_fido": facts[0], "is_mcert_sign": facts[1], "idp_checksum": sealed})


def office() -> Office:
    """Return the running simulator's books."""
    found = current_app.extensions["office"]
    assert isinstance(found, Office)  # noqa: S101  tells the type checker what `create_app` put there
    return found


def done(result: dict[str, str]) -> dict[str, Any]:
    """Return an answer that grants."""
    return {"error_code": "0", "error_message": "SUCCESS", "result": result}


def refused(interface: str, code: str) -> dict[str, Any]:
    """Return an answer that refuses, with its number."""
    return {"error_code": f"{interface}-{code}", "error_message": code}


def _stranger(body: dict[str, Any], *sealed: str) -> str | None:
    if body.get("sp_service_id") != office().provider.service_id:
        return "SPSVCID_NF"
    if not checksum_holds(office().provider.key, str(body.get("sp_checksum", "")), *sealed):
        return "INV_SP_CHECKSUM"
    return None


def _wrong_with(body: dict[str, Any]) -> str | None:
    """Return the code of what is wrong with a request for a ticket."""
    names = ("transaction_id", "sp_service_id", "id_num", "op_code", "op_mode", "hint")
    data = (body.get("sign_info") or {}).get("sign_data", "")
    if (stranger := _stranger(body, *[str(body.get(name, "")) for name in names], data)) is not None:
        return stranger
    limit = str(body.get("time_limit") or USUAL_SECONDS)
    faults = {
        "TGT_INV": body.get("op_code") not in OP_CODES or body.get("op_mode") not in OP_MODES,
        "PM_IDN_FT_ERR": len(str(body["id_num"])) != 10,
        "TXNLOG_INS_ERR": office().knows(str(body["transaction_id"])),
        "SIGNDATA_LEN_LIMIT": len(data) > LONGEST_DATA,
        "PM_SIGNDATA_NULL": body.get("op_code") == "SIGN" and not unbase64(data),
        "SPTKT_TIME_FT_ERR": not limit.isdigit(),
        "SPTKT_TIME_ORV": limit.isdigit() and int(limit) not in SECONDS,
    }
    return next((code for code, is_wrong in faults.items() if is_wrong), None)


def _spoilt_ticket(transaction: Transaction, struck: frozenset[str]) -> str:
    """Return a transaction's ticket, or one that lies."""
    if "replay" in struck:  # a ticket that was given before
        return office().all()[0].ticket
    another = office().phones.another_than(office().phones.owner_of(transaction.hashed_id))
    past = int((transaction.ends - timedelta(hours=1)).timestamp() * 1000)
    lies: dict[str, dict[str, Any]] = {
        "other_person": {"hashed_id_num": another.hashed_id},
        "expired": {"expiration_time": past},
    }
    wrong = {name: value for kind in struck & lies.keys() for name, value in lies[kind].items()}
    ticket = write_ticket({**office().content_of(transaction), **wrong}) if wrong else transaction.ticket
    return f"{ticket[:-4]}AAAA" if "wrong_hash" in struck else ticket


def _result(transaction: Transaction, result: dict[str, str], struck: frozenset[str]) -> dict[str, Any]:
    sealed = checksum(
        office().provider.key,
        transaction.transaction_id,
        "0",
        result["hashed_id_num"],
        result["signed_response"],
    )
    return done({**result, "idp_checksum": sealed[::-1] if "wrong_checksum" in struck else sealed})


def _by_another(transaction: Transaction) -> tuple[str, Signed]:
    phones = office().phones
    another = phones.another_than(phones.owner_of(transaction.hashed_id))
    return another.hashed_id, phones.sign(another, transaction.data, pin=None)


def _other_person(transaction: Transaction) -> dict[str, str]:
    return told(*_by_another(transaction))


def _other_signature(transaction: Transaction) -> dict[str, str]:
    return told(transaction.hashed_id, _by_another(transaction)[1])


def _wrong_signature(transaction: Transaction) -> dict[str, str]:
    phones = office().phones
    phone = phones.owner_of(transaction.hashed_id) or phones.all()[0]
    return told(transaction.hashed_id, phones.sign(phone, b"something else", pin=None))


def _other_certificate(transaction: Transaction) -> dict[str, str]:
    mine = phones_signature(transaction)
    return told(transaction.hashed_id, replace(mine, certificate=_by_another(transaction)[1].certificate))


def phones_signature(transaction: Transaction) -> Signed:
    """Return what the person's own phone would sign."""
    phones = office().phones
    return phones.sign(phones.owner_of(transaction.hashed_id) or phones.all()[0], transaction.data, pin=None)


def _replay(transaction: Transaction) -> dict[str, str]:
    signed = (each.signed for each in office().all() if each.hashed_id == transaction.hashed_id)
    return told(transaction.hashed_id, next((each for each in signed if each is not None), None))


def _other_hash(transaction: Transaction) -> dict[str, str]:
    return told(_by_another(transaction)[0], phones_signature(transaction))


def _unsigned(transaction: Transaction) -> dict[str, str]:
    return told(transaction.hashed_id, None)


LIES = {
    "other_person": _other_person,
    "other_signature": _other_signature,
    "other_certificate": _other_certificate,
    "wrong_signature": _wrong_signature,
    "replay": _replay,
    "other_hash": _other_hash,
    "unsigned": _unsigned,
}
