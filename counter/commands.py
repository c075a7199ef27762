"""Commands about staff: `flask --app wsgi staff add|list|end`."""

from collections.abc import Callable

import click
from flask import Flask
from flask.cli import AppGroup

import counter.staff as staff
from authsvc.core.errors import Invalid, Problem
from authsvc.core.kit import Kit
from counter.models import COUNTER


def include(app: Flask) -> None:
    """Register the commands."""
    kit: Kit = app.extensions["kit"]
    group = AppGroup("staff", help="Who may stand at the counter.")

    @group.command("list")
    def show() -> None:
        """List everybody, those who left too."""
        for one in staff.list_staff(kit):
            until = f"until {one.ended_at:%Y-%m-%d %H:%M}" if one.ended_at else "active"
            click.echo("\t".join((one.id, one.name, one.office, ",".join(one.roles), until)))

    @group.command("end")
    @click.argument("staff_id")
    def end(staff_id: str) -> None:
        """Let somebody be staff no longer; what they have open ends at once."""
        click.echo(f"Ended; {told(lambda: staff.end_staff(kit, staff_id=staff_id))} open sessions ended with it.")

    add_adding(group, kit)
    app.cli.add_command(group)


def add_adding(group: AppGroup, kit: Kit) -> None:
    """Register the command that takes somebody on."""

    @group.command("add")
    @click.option("--name", required=True)
    @click.option("--national-id", required=True, help="Whose record this member of staff may not touch.")
    @click.option("--holder-number", required=True, help="serialNumber of the natural-person certificate.")
    @click.option("--office", required=True)
    @click.option("--role", "roles", multiple=True, default=(COUNTER,), show_default=True)
    @click.option("--once", is_flag=True, help="Leave it where this certificate is staff already.")
    def add(roles: tuple[str, ...], *, once: bool, **facts: str) -> None:
        """Take somebody on and print their id."""
        try:
            click.echo(told(lambda: staff.add_staff(kit, roles=roles, **facts)))
        except click.ClickException as fault:
            if not (once and isinstance(fault.__cause__, staff.AlreadyStaff)):
                raise


def told(act: Callable[[], object]) -> object:
    """Return what an act answers; a refusal ends the command with its words."""
    try:
        return act()
    except Problem as refusal:
        fields = f" ({', '.join(refusal.errors)})" if isinstance(refusal, Invalid) else ""
        raise click.ClickException(f"{refusal.detail}{fields}") from refusal
