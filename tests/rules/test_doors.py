"""Every endpoint says who may enter, and the API's document says what it answers."""

import json

from flask import Flask

from authsvc.cli import openapi_text
from authsvc.core.web import authenticators
from tests.rules.tree import ROOT

# Files for everybody: they hold nothing of anybody.
OPEN_ENDPOINTS = {"static", "api-docs.openapi_json", "mobileapp.page", "mobileapp.file", "mobileapp.worker"}


def test_every_view_says_who_may_enter(app: Flask) -> None:
    silent = [
        endpoint
        for endpoint, view in app.view_functions.items()
        if not hasattr(view, "doors") and endpoint not in OPEN_ENDPOINTS and not endpoint.endswith(".static")
    ]

    assert silent == []


def test_every_door_has_somebody_who_opens_it(app: Flask) -> None:
    named = {door for view in app.view_functions.values() for door in getattr(view, "doors", ())}

    assert named - {"anyone"} <= set(authenticators(app))


def test_every_way_of_logging_in_keeps_the_service_hours(app: Flask) -> None:
    ways = ("/api/v1/sessions/", "/api/v1/qr-logins", "/login/", "/underwriting/login")
    posts = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ()) and rule.rule.startswith(ways)]
    open_always = {rule.rule for rule in posts if not hasattr(app.view_functions[rule.endpoint], "in_hours")}

    assert len(posts) > len(open_always)
    assert open_always == {
        "/api/v1/qr-logins/scans",
        "/api/v1/qr-logins/<order_id>/approvals",
        "/api/v1/qr-logins/<order_id>/denials",
        "/login/qr/<order_id>/cancel",
        "/login/twfido/<login_id>/cancel",
    }


def test_a_page_changes_nothing_when_it_is_only_looked_at(app: Flask) -> None:
    both = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and {"POST", "PUT", "PATCH", "DELETE"} & set(rule.methods or ())
    ]

    assert both == []


def test_the_written_document_of_the_api_is_not_stale(app: Flask) -> None:
    written = (ROOT / "docs/openapi.json").read_text(encoding="utf-8")

    assert json.loads(written) == json.loads(openapi_text(app)), "run `make openapi`"
