"""Commands about announcements: `flask --app wsgi announcements add|list|remove`."""

from datetime import datetime

import click
from flask import Flask
from flask.cli import AppGroup

import bulletin.service as service
from authsvc.core.errors import Invalid, NotFound
from authsvc.core.kit import Kit
from authsvc.core.localtime import TAIPEI
from bulletin.models import Announcement

WHEN = click.DateTime(formats=["%Y-%m-%d %H:%M", "%Y-%m-%d"])
SHOWN = "%Y-%m-%d %H:%M"


def include(app: Flask) -> None:
    """Register the commands."""
    kit: Kit = app.extensions["kit"]
    group = AppGroup("announcements", help="What the login page says to everybody; times are Taiwan's.")

    @group.command("list")
    def show() -> None:
        """List all, the newest first, those that are over too."""
        for each in service.list_all(kit):
            click.echo("\t".join((each.id, period(each), "important" if each.is_important else "-", each.title_zh)))

    @group.command("remove")
    @click.argument("announcement_id")
    def remove(announcement_id: str) -> None:
        """Show one no longer."""
        try:
            service.remove(kit, announcement_id=announcement_id)
        except NotFound as refusal:
            raise click.ClickException("There is no such announcement, or it was removed.") from refusal

    add_adding(group, kit)
    app.cli.add_command(group)


def add_adding(group: AppGroup, kit: Kit) -> None:
    """Register the command that announces something."""

    @group.command("add")
    @click.option("--title", "title_zh", required=True, help="In Chinese, up to 80 characters.")
    @click.option("--title-en", required=True)
    @click.option("--text", "text_zh", required=True, help="In Chinese, up to 300 characters, no markup.")
    @click.option("--text-en", required=True)
    @click.option("--from", "from_at", type=WHEN, help="Default: now.")
    @click.option("--until", "until_at", type=WHEN, help="Default: until it is removed.")
    @click.option("--important", is_flag=True)
    def add(from_at: datetime | None, until_at: datetime | None, *, important: bool, **texts: str) -> None:
        """Announce something and print its id."""
        try:
            period = {"from_at": in_taipei(from_at), "until_at": in_taipei(until_at)}
            click.echo(service.add(kit, texts=texts, important=important, **period))
        except Invalid as refusal:
            faults = "; ".join(f"{name}: {' '.join(said)}" for name, said in refusal.errors.items())
            raise click.ClickException(faults) from refusal


def in_taipei(typed: datetime | None) -> datetime | None:
    """Return a typed moment as one of Taiwan's clock, whatever this machine's is."""
    return None if typed is None else typed.replace(tzinfo=TAIPEI)


def period(each: Announcement) -> str:
    """Return from when until when it is shown, or that it was removed."""
    begins = each.from_at.astimezone(TAIPEI).strftime(SHOWN)
    if each.removed_at:
        return f"{begins} … removed {each.removed_at.astimezone(TAIPEI).strftime(SHOWN)}"
    return f"{begins} … {each.until_at.astimezone(TAIPEI).strftime(SHOWN) if each.until_at else ''}"
