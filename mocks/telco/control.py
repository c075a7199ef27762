"""The control listener: lines, attachments, the handset, clients, keys and the journal of what was asked."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint

from mocks.clock import stamp
from mocks.telco.attachments import Attachment
from mocks.telco.clients import Client
from mocks.telco.ground import ground, require_issuer
from mocks.telco.records import Line, UnknownValue
from mocks.telco.signing import OVERLAP
from mocks.web import Problem, json_body, text

control = Blueprint("control", __name__)


@control.get("/control/operators")
def list_operators() -> list[dict[str, Any]]:
    """List the operators and their habits."""
    shown = [asdict(operator) | {"issuer": ground().issuer(operator)} for operator in ground().operators.all()]
    return [{**each, "apis": sorted(each["apis"])} for each in shown]


@control.get("/control/lines")
def list_lines() -> list[dict[str, Any]]:
    """List every line with the address of its data path."""
    return [_line(line) for line in ground().world.all()]


@control.patch("/control/lines/<number>")
def change_line(number: str) -> dict[str, Any]:
    """Change a line; another operator is a port, which brings a new SIM and a new attachment."""
    here, body = ground(), json_body()
    if here.world.line(number) is None:
        raise Problem(404, "unknown_line", "There is no line with that number.")
    try:
        line = here.world.change(number, body, at=here.clock.now())
    except UnknownValue as unknown:
        raise Problem(422, "unknown_value", str(unknown)) from unknown
    if "operator" in body:
        here.network.reattach(number)
    return _line(line)


@control.post("/control/lines/<number>/sim")
def change_sim(number: str) -> dict[str, Any]:
    """Give a number another SIM, now or `hours_ago`."""
    here = ground()
    if here.world.line(number) is None:
        raise Problem(404, "unknown_line", "There is no line with that number.")
    hours = json_body().get("hours_ago", 0)
    if isinstance(hours, bool) or not isinstance(hours, int | float) or hours < 0:
        raise Problem(422, "invalid_field", "hours_ago is a number, 0 or more.")
    return _line(here.world.change_sim(number, at=here.clock.now() - timedelta(hours=hours)))


@control.get("/control/attachments")
def list_attachments() -> list[dict[str, Any]]:
    """List what every connection is now."""
    return [_attachment(each) for each in ground().network.all()]


@control.put("/control/attachments")
def change_attachment() -> dict[str, Any]:
    """Change a connection from now on: kind, line, rat and so on; `reassign_to` gives its address away."""
    body, network = json_body(), ground().network
    connection = require_connection(text(body, "connection"))
    changes = {name: value for name, value in body.items() if name not in {"connection", "reassign_to"}}
    try:
        if changes:
            network.change(connection, changes)
    except UnknownValue as unknown:
        raise Problem(422, "unknown_value", str(unknown)) from unknown
    if "reassign_to" in body:
        network.reassign(connection, to=require_connection(text(body, "reassign_to")))
    return _attachment(network.attachment(connection))


@control.get("/control/handset")
def get_handset() -> dict[str, str]:
    """Tell over which connection this computer goes."""
    return {"connection": ground().network.handset}


@control.put("/control/handset")
def put_handset() -> dict[str, str]:
    """Let this computer go over another connection: a line's number, `wifi`, `vpn` or a hotspot."""
    ground().network.handset = require_connection(text(json_body(), "connection"))
    return get_handset()


@control.get("/control/clients")
def list_clients() -> list[dict[str, Any]]:
    """List the clients that the operators know."""
    return [_client(client) for client in ground().clients.by_id.values()]


@control.put("/control/clients")
def put_client() -> dict[str, Any]:
    """Add a client or replace one."""
    body = json_body()
    uris, scopes, jwks = body.get("redirect_uris"), body.get("scopes"), body.get("jwks")
    if (
        not _are_texts(uris)
        or not (scopes is None or _are_texts(scopes))
        or not (jwks is None or isinstance(jwks, dict))
    ):
        raise Problem(422, "invalid_field", "redirect_uris and scopes are lists of texts, jwks is an object.")
    if (jwks is None) == ("jwks_uri" not in body):
        raise Problem(422, "invalid_field", "Give jwks or jwks_uri, one of the two.")
    client = Client(
        client_id=text(body, "client_id"),
        redirect_uris=tuple(uris or ()),
        jwks=jwks,
        jwks_uri=text(body, "jwks_uri") if "jwks_uri" in body else None,
        scopes=None if scopes is None else frozenset(scopes),
    )
    ground().clients.put(client)
    return _client(client)


@control.post("/control/keys/rotate")
def rotate_keys() -> dict[str, str]:
    """Put an operator's next key in use; the old one stays published for ten minutes (`overlap_seconds`)."""
    body = json_body()
    operator = require_issuer(text(body, "operator"))
    overlap = body.get("overlap_seconds", OVERLAP.total_seconds())
    if isinstance(overlap, bool) or not isinstance(overlap, int | float) or overlap < 0:
        raise Problem(422, "invalid_field", "overlap_seconds is a number, 0 or more.")
    kid = ground().keys[operator.id].rotate(at=ground().clock.now(), overlap=timedelta(seconds=overlap))
    return {"operator": operator.id, "kid": kid}


@control.get("/control/journal")
def list_journal() -> list[dict[str, Any]]:
    """List the last requests to operators and gateway, without secrets."""
    return ground().journal.listed()


@control.delete("/control/journal")
def clear_journal() -> tuple[str, int]:
    """Forget the requests."""
    ground().journal.clear()
    return "", 204


def require_connection(name: str) -> str:
    """Return the name of a connection; raise `Problem` (404) where there is none."""
    if ground().network.find(name) is None:
        raise Problem(404, "unknown_connection", "It is a line's number, wifi, vpn or a hotspot.")
    return name


def _line(line: Line) -> dict[str, Any]:
    shown = line.described() | {"connection": ground().addresses.get(line.number)}
    return {name: stamp(value) if isinstance(value, datetime) else value for name, value in shown.items()}


def _attachment(attachment: Attachment) -> dict[str, Any]:
    shown = asdict(attachment) | {"proxy": ground().addresses.get(attachment.connection)}
    return {name: stamp(value) if isinstance(value, datetime) else value for name, value in shown.items()}


def _client(client: Client) -> dict[str, Any]:
    return {
        "client_id": client.client_id,
        "redirect_uris": list(client.redirect_uris),
        "jwks_uri": client.jwks_uri,
        "scopes": None if client.scopes is None else sorted(client.scopes),
    }


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
