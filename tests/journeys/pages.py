"""Every page of the service and the way in to it. A new page is one line here; `test_accessibility` fails without."""

from typing import Final

# Nobody is logged in · a person who came in by card, a manager of everything in a unit · a member of staff at the
# counter · whoever came with the unit's certificate to name managers · an underwriting account.
ANYONE, CARD, STAFF, OWNER, ACCOUNT = "anyone", "card", "staff", "owner", "account"

# Path (as a browser opens it; it must lead to the page itself, not away from it) → who opens it. `{device}` stands for
# the phone of the person who came in by card, `{person}` for that person, whose record the member of staff has opened.
PAGES: Final = {
    "/": ANYONE,
    "/login": ANYONE,
    "/login#qr": ANYONE,
    "/login#otp": ANYONE,
    "/login#certificate": ANYONE,
    "/login#twfido": ANYONE,
    "/login#passkey": ANYONE,
    "/login/qr/return": ANYONE,
    "/problems": ANYONE,
    "/help/reader-errors": ANYONE,
    "/help/reader-errors?q=nothing-fits-this": ANYONE,
    "/registration/apply": ANYONE,
    "/registration/terms": ANYONE,
    "/registration/confirm#a-token": ANYONE,
    "/registration/resend": ANYONE,
    "/registration/cancel": ANYONE,
    "/registration/reset": ANYONE,
    "/registration/email#a-token": ANYONE,
    "/nothing-here": ANYONE,
    "/api/v1/docs": ANYONE,
    "/app/": ANYONE,
    "/app/phone": ANYONE,
    "/app/phone?state=another&code=a-code": ANYONE,
    "/app/b": ANYONE,
    "/app/q": ANYONE,
    "/underwriting": ANYONE,
    "/underwriting/register": ANYONE,
    "/underwriting/forgotten": ANYONE,
    "/underwriting/activate#a-token": ANYONE,
    "/underwriting/reset#a-token": ANYONE,
    "/underwriting/home": ACCOUNT,
    "/underwriting/account": ACCOUNT,
    "/units/110900011/functions/statements": ACCOUNT,
    "/counter/login": ANYONE,
    "/counter": STAFF,
    "/counter/register": STAFF,
    "/counter/operator": STAFF,
    "/counter/operator/people/{look}": STAFF,
    "/counter/operator/units/{number}": STAFF,
    "/counter/people/{person}": STAFF,
    "/counter/people/{person}/phone": STAFF,
    "/counter/people/{person}/card": STAFF,
    "/me": CARD,
    "/functions/filings": CARD,
    "/account": CARD,
    "/devices": CARD,
    "/devices/{device}": CARD,
    "/devices/{device}/unbind": CARD,
    "/devices/{device}/lost": CARD,
    "/devices/{device}/voucher": CARD,
    "/revoke": ANYONE,
    "/passkeys": CARD,
    "/passkeys/{passkey}": CARD,
    "/security": CARD,
    "/units/register": ANYONE,
    "/units?done=withdrawn": CARD,
    "/units/{unit}": CARD,
    "/units/{unit}/registration": OWNER,
    "/units/{unit}/managers": OWNER,
    "/units/{unit}/roles": CARD,
    "/units/{unit}/roles/{role}": CARD,
    "/units/{unit}/grants": CARD,
    "/units/{unit}/clerks/new": CARD,
    "/units/{unit}/clerks/{clerk}": CARD,
    "/units/{unit}/acts": CARD,
    "/units/{unit}/batches/new": CARD,
    "/units/{unit}/batches": CARD,
    "/units/{unit}/batches/{batch}": CARD,
    "/units/{unit}/functions/survey": CARD,
}

# Rules of the app that a browser may GET and that are no page of their own, and why.
NO_PAGES: Final = {
    "/registration/": "leads on to /registration/apply",
    "/login/qr/<order_id>": "needs a live order: examined by its own test",
    "/login/twfido/<login_id>": "needs a live login: examined by its own test",
    "/login/twfido/return": "leads on to the page of the login that it names",
    "/app/<path:name>": "files",
    "/app/sw.js": "a script",
    "/.well-known/jwks.json": "for machines",
    "/healthz": "for machines",
    "/readyz": "for machines",
    "/metrics": "for machines",
}

# Parts that others wrote and that we cannot mend: (path, selector) and why.
NOT_OURS: Final = {
    ("/api/v1/docs", ".swagger-ui"): "Swagger UI draws its own colours and nested buttons; openapi.json says the same",
}
