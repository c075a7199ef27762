"""Insured units (投保單位): registered once, with managers, roles, grants."""

from pathlib import Path
from typing import Final

from flask import Flask

from authsvc.core.i18n import N_, add_catalogue
from authsvc.identity.ways import Function, MenuEntry, ways_of
from units import belonging, granting_pages, granting_views, pages, records, role_pages, views

HERE = Path(__file__).parent
REGISTERING: Final = MenuEntry(
    title=N_("An insured unit that is not registered yet? Register the unit"),
    href="/units/register",
    order=20,
    inside=False,
)
BY_ITS_OWN: Final = ("unit_certificate", "card", "certificate", "twfido", "qr", "otp")
BY_A_MANAGER: Final = ("card", "certificate", "passkey", "twfido", "qr", "otp")
FUNCTIONS: Final = (
    Function(
        id="unit_data",
        title=N_("Unit registration: change or withdraw"),
        href="/units/{unit_code}/registration",
        ways=BY_ITS_OWN,
        order=10,
        audience="owner",
    ),
    Function(
        id="managers",
        title=N_("Managers"),
        href="/units/{unit_code}/managers",
        ways=BY_ITS_OWN,
        order=20,
        audience="owner",
    ),
    Function(
        id="roles",
        title=N_("Roles"),
        href="/units/{unit_code}/roles",
        ways=BY_A_MANAGER,
        order=910,
        audience="manager",
    ),
    Function(
        id="grants",
        title=N_("Clerks and what they may do"),
        href="/units/{unit_code}/grants",
        ways=BY_A_MANAGER,
        order=920,
        audience="manager",
    ),
)


def include(app: Flask) -> None:
    """Register the calls, the pages and the texts."""
    ways_of(app).login_links.append(REGISTERING)
    ways_of(app).memberships["units"] = belonging.memberships
    ways_of(app).units_live["units"] = belonging.lives
    ways_of(app).unit_records["units"] = records.RECORDS
    ways_of(app).functions.update((function.id, function) for function in FUNCTIONS)
    add_catalogue(app, HERE / "translations")
    views.register(app)
    pages.register(app)
    granting_views.register(app)
    granting_pages.register(app)
    role_pages.register(app)
