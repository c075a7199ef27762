"""Given: a registered unit with an owner at a browser, a manager of everything, a role, a clerk and a batch."""

from collections.abc import Mapping
from typing import Any, Final

from playwright.sync_api import Page

from devtools.browser import Browser as Portal
from devtools.people import Person
from devtools.stack import Stack

# Another unit than the one that the walk with pictures registers and withdraws.
UNIT_CARD, UNIT_CODE, UNIT_PIN = "unit3-card", "110900033", "303030"
HERE: Final = f"/units/{UNIT_CODE}"
FACTS: Final = {
    "unit_code": UNIT_CODE,
    "name": "樣本三號診所",
    "business_number": "00009202",
    "nhi_only": True,
    "responsible_id": "H209000042",
    "mobile": "0900000102",
    "email": "unit3@example.org",
}
CLERK: Final = {
    "national_id": "B109000035",
    "name": "陳範例",
    "mobile": "0900000103",
    "email": "chen@example.org",
    "credential": "card",
}


def make_unit(stack: Stack, manager: Person) -> list[dict[str, str]]:
    """Register the unit, make a person its manager for everything, and return the owner's cookies."""
    with Portal(stack.origin, card_url=stack.urls["card"]) as owner:
        proof = owner.card_proof("unit", card=UNIT_CARD, pin=UNIT_PIN)
        owner.call("POST", "/unit-registrations", FACTS | {"card_proof": proof})
        ticked = {"unit_code": UNIT_CODE, "appoint_managers": True}
        proof = owner.card_proof("login", pin=UNIT_PIN)
        owner.call("POST", "/sessions/certificate", {"card_proof": proof, **ticked})
        reached = {"mobile": "0900000199", "email": manager.email, "credential": "card", "everything": True}
        named = {"national_id": manager.national_id, "name": manager.name}
        owner.call("POST", f"{HERE}/managers", named | reached)
        return [
            {"name": cookie.name, "value": cookie.value or "", "url": stack.origin} for cookie in owner.http.cookies.jar
        ]


def furnish(page: Page, stack: Stack) -> None:
    """Make a role, a clerk who has it, and a batch of two rows that fail, as the unit's manager."""
    role = _ask(page, stack, "/roles", {"name": "人事", "functions": ["batch_upload", "survey"]})
    clerk = _ask(page, stack, "/clerks", CLERK)
    _ask(page, stack, "/grants", {"clerk_id": clerk["id"], "role_id": role["id"]})
    page.goto(f"{stack.origin}{HERE}/batches/new")
    name = page.get_by_test_id("file-name").inner_text()
    rows = b"A109000016,wang@example.org,0900000101,\r\nD209000057,wu@example.org,0900000105,\r\n"
    page.get_by_test_id("file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": rows})
    page.get_by_test_id("upload-submit").click()
    page.wait_for_url("**/batches/*")
    page.get_by_test_id("failed-row").first.wait_for()


def ids_of(page: Page, stack: Stack) -> dict[str, str]:
    """Return what stands for `{unit}`, `{role}`, `{clerk}` and `{batch}` in the addresses of pages."""
    asked = {"role": "/roles", "clerk": "/clerks", "batch": "/batches"}
    found = {name: page.request.get(f"{stack.origin}/api/v1{HERE}{path}").json() for name, path in asked.items()}
    return {"unit": UNIT_CODE, **{name: _first(answer)["id"] for name, answer in found.items()}}


def _first(answer: Any) -> Mapping[str, str]:
    """Return the first of a list, or of the list that an answer has under whichever name."""
    listed = answer if isinstance(answer, list) else next(each for each in answer.values() if isinstance(each, list))
    first: Mapping[str, str] = listed[0]
    return first


def _ask(page: Page, stack: Stack, path: str, body: Mapping[str, Any]) -> dict[str, str]:
    headers = {"Origin": stack.origin}
    answer = page.request.post(f"{stack.origin}/api/v1{HERE}{path}", data=dict(body), headers=headers)
    assert answer.ok, answer.text()
    made: dict[str, str] = answer.json()
    return made
