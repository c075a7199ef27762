"""`/<operator>/authorize`: the operator recognises the line behind a connection and hands out a code.

OpenID Connect authorization code flow with network authentication, as CAMARA's Security and Interoperability Profile
narrows it: no page is ever shown; an unknown client or address gets no redirect.
"""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from mocks.telco.attachments import Attachment, Flow
from mocks.telco.captive import captive_page, has_no_data
from mocks.telco.clients import BadToken, Client
from mocks.telco.ground import ground, require_issuer
from mocks.telco.network import FLOW_HEADER
from mocks.telco.operators import PURPOSE_PREFIX, Operator
from mocks.telco.records import Line
from mocks.telco.tokens import Code, Grant
from mocks.web import Dropped

PURPOSES = frozenset(
    f"{PURPOSE_PREFIX}{name}"
    for name in (
        *("FraudPreventionAndDetection", "IdentityVerification", "IdentityAuthentication", "ServiceProvision"),
        *("RequestedServiceProvision", "LegalCompliance", "EnforceSecurity"),
    )
)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VISIBLE = re.compile(r"[\x21-\x7e]{1,512}")

authorization = Blueprint("authorization", __name__)


class NoRedirect(Exception):
    """The request names no client and address that belong together: the person sees a page, nobody is sent anywhere."""


class Returned(Exception):
    """A refusal that goes back to the client's address (RFC 6749 section 4.1.2.1)."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error, self.description = error, description


@dataclass(frozen=True, slots=True)
class Asked:
    """A request whose client and address are known; everything else in `fields` is still to be checked."""

    client: Client
    redirect_uri: str
    fields: dict[str, str]


@authorization.get("/<operator_id>/authorize")
def authorize(operator_id: str) -> AnyResponse:
    """Send the browser back with a code, or with the reason why there is none."""
    operator = require_issuer(operator_id)
    try:
        asked = read_request(operator)
    except NoRedirect as refusal:
        g.outcome = "no_redirect"
        return Response(f"{refusal}\n", status=400, mimetype="text/plain")
    flow = flow_of_request()
    if has_no_data(ground().network, flow.connection):
        return captive_page()
    try:
        answer = {"code": give_code(operator, asked, flow)}
    except Returned as refusal:
        g.outcome = refusal.error
        answer = {"error": refusal.error, "error_description": refusal.description}
    return send_back(operator, asked, answer)


def flow_of_request() -> Flow:
    """Return over which connection this request came: as a listener of ours states it, else this computer's.

    What the client itself says about its network or number takes no part.
    """
    if "flow" not in g:
        network = ground().network
        stated = network.stated(request.headers.get(FLOW_HEADER, ""))
        g.flow = stated or network.flow(network.handset, claimed=request.headers.get("X-MSISDN"))
        g.connection = g.flow.connection
        attachment = network.find(g.flow.connection)
        if attachment is not None and attachment.kind == "cellular" and attachment.rat == "none":
            raise Dropped
    flow: Flow = g.flow
    return flow


def read_request(operator: Operator) -> Asked:
    """Return the request with its client and address; raise `NoRedirect` where they do not belong together."""
    fields = request.args.to_dict()
    client = ground().clients.find(fields.get("client_id", ""))
    if client is None or len(request.args.getlist("client_id")) != 1:
        raise NoRedirect("This client is not known here.")
    if "request" in fields:
        fields = _signed_fields(operator, client, fields)
    redirect_uri = fields.get("redirect_uri", "")
    if redirect_uri not in client.redirect_uris or len(request.args.getlist("redirect_uri")) > 1:
        raise NoRedirect("This address is not one of the client's.")
    return Asked(client, redirect_uri, fields)


def give_code(operator: Operator, asked: Asked, flow: Flow) -> str:
    """Return a new code for the line behind the flow; raise `Returned`."""
    here, fields = ground(), asked.fields
    scopes = _checked(operator, asked)
    line, attachment = _recognised(operator, flow)
    if not line.consent:
        raise Returned("consent_required", "The subscriber has not agreed.")
    now = here.clock.now()
    grant = Grant(
        operator=operator.id,
        client_id=asked.client.client_id,
        number=line.number,
        scopes=scopes,
        amr=("nba",),
        granted_at=now,
        expires_at=now + timedelta(seconds=operator.code_seconds),
        rat=attachment.rat,
        roaming=attachment.roaming,
        tethered="FALSE" if attachment.connection == line.number else "UNKNOWN",
        apn=attachment.apn,
    )
    code = Code(
        grant=grant,
        redirect_uri=asked.redirect_uri,
        nonce=fields.get("nonce"),
        challenge=fields.get("code_challenge"),
    )
    return here.tokens.issue_code(code, again="code_twice" in g.get("struck", ()))


def send_back(operator: Operator, asked: Asked, answer: dict[str, str]) -> AnyResponse:
    """Return the redirect to the client's address (unless a fault leads elsewhere)."""
    struck = g.get("struck", ())
    if "redirect_loop" in struck:
        return redirect(request.url, code=302)
    if state := asked.fields.get("state"):
        answer["state"] = sha256(state.encode()).hexdigest()[:16] if "state_changed" in struck else state
    if operator.sends_issuer:
        answer["iss"] = ground().issuer(operator)
    target = urlsplit(asked.redirect_uri)
    query = urlencode([*parse_qsl(target.query), *answer.items()])
    host = "elsewhere.invalid" if "unexpected_host" in struck else target.netloc
    return redirect(urlunsplit((target.scheme, host, target.path, query, "")), code=302)


def _signed_fields(operator: Operator, client: Client, outside: dict[str, str]) -> dict[str, str]:
    """Return the fields of a signed request object, which alone count (RFC 9101 section 6.3)."""
    here = ground()
    try:
        claims = here.clients.read(
            client, outside["request"], audience=here.issuer(operator), at=here.clock.now(), kind="request"
        )
    except BadToken as bad:
        return {**outside, "request_refused": str(bad)}
    inside = {name: value for name, value in claims.items() if isinstance(value, str)}
    same = inside.get("client_id") == client.client_id
    return inside if same else {**inside, **outside, "request_refused": "client_id differs"}


def _checked(operator: Operator, asked: Asked) -> frozenset[str]:
    """Return the scopes that the request asks for; raise `Returned` where something in it is not allowed."""
    fields = asked.fields
    if "request_refused" in fields:
        raise Returned("invalid_request_object", fields["request_refused"])
    if "request_uri" in fields:
        raise Returned("request_uri_not_supported", "Send the request itself.")
    if any(len(request.args.getlist(name)) > 1 for name in request.args):
        raise Returned("invalid_request", "A parameter occurs twice.")
    if fields.get("response_type") != "code":
        known = "response_type" in fields
        raise Returned("unsupported_response_type" if known else "invalid_request", "response_type is code.")
    if fields.get("response_mode", "query") != "query" or fields.get("prompt", "none") != "none":
        raise Returned("invalid_request", "Nothing is ever shown here: prompt is none, response_mode is query.")
    _require_protection(operator, fields)
    return _scopes(operator, asked)


def _require_protection(operator: Operator, fields: dict[str, str]) -> None:
    for name in ("state", "nonce"):
        if name in fields and not _VISIBLE.fullmatch(fields[name]):
            raise Returned("invalid_request", f"{name} has at most 512 visible characters.")
    challenge = fields.get("code_challenge")
    if challenge is None:
        if "code_challenge_method" in fields or operator.pkce_required:
            raise Returned("invalid_request", "code_challenge is required.")
        if not {"state", "nonce"} <= set(fields):
            raise Returned("invalid_request", "Without PKCE, state and nonce are required.")
    elif fields.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
        raise Returned("invalid_request", "code_challenge_method is S256.")


def _scopes(operator: Operator, asked: Asked) -> frozenset[str]:
    """Return the API scopes: `openid` and exactly one known purpose must be there, and nothing that is not offered."""
    wanted = frozenset(asked.fields.get("scope", "").split())
    purposes = {scope for scope in wanted if scope.startswith(PURPOSE_PREFIX)}
    if "openid" not in wanted or len(purposes) != 1 or not purposes <= PURPOSES:
        raise Returned("invalid_scope", "openid and exactly one purpose dpv:… are required.")
    return require_offered(operator, asked.client, wanted - purposes - {"openid"})


def require_offered(operator: Operator, client: Client, scopes: frozenset[str]) -> frozenset[str]:
    """Return the scopes; raise `Returned` (invalid_scope) where one is not offered, or not on the client's list."""
    if not scopes or not all(operator.offers(scope) and client.may_ask(scope) for scope in scopes):
        raise Returned("invalid_scope", "A scope is missing, not offered, or not allowed for this client.")
    return scopes


def _recognised(operator: Operator, flow: Flow) -> tuple[Line, Attachment]:
    """Return the line whose session the flow belongs to; raise `Returned` where the operator does not know it."""
    here, struck = ground(), g.get("struck", ())
    if "unstripped_header" in struck and flow.claimed:
        flow = replace(flow, inserted=flow.claimed)
    attachment = here.network.session(operator, flow, stale="stale_sessions" in struck)
    line = here.network.line_on(attachment) if attachment is not None else None
    if attachment is None or line is None:
        raise Returned(operator.no_session_error, "This connection is none of our lines.")
    if flow.tethered:
        raise Returned("access_denied", "The connection is shared with another device.")
    return line, attachment
