"""Commands of whoever runs the service: `flask --app wsgi person|unit show|end-sessions|resend`.

An ID is read from the prompt or from standard input: what stands on a command line is seen by others on the machine and
stays in the shell's history. Exit codes: 0 done, 1 refused, 2 used wrongly, 3 nothing known.
"""

import os
import pwd
from collections.abc import Callable
from typing import Any, Final, TypeVar

import click
from flask import Flask
from flask.cli import AppGroup

import counter.operating as operating
import counter.printing as printing
import counter.unitdesk as unitdesk
from authsvc.core.errors import Invalid, Problem
from authsvc.core.kit import Kit
from authsvc.identity.numbers import is_national_id, normalise
from counter.looks import NothingKnown
from counter.models import Console

LONGEST: Final = 32  # as long as the audit's column of actors
NOTHING_KNOWN: Final = 3
Answer = TypeVar("Answer")
REASON: Final = click.option("--reason", required=True, help="Why; kept sealed, without IDs or telephone numbers.")
PERSON: Final = click.argument("person_id", required=False, default="")


class Unknown(click.ClickException):
    """Nothing is known under what was asked for."""

    exit_code = NOTHING_KNOWN


def console() -> Console:
    """Return who runs this command, by the account of the machine and not by what the environment says."""
    return Console(f"operator:{pwd.getpwuid(os.getuid()).pw_name}"[:LONGEST])


def include(app: Flask) -> None:
    """Register the commands."""
    kit: Kit = app.extensions["kit"]
    app.cli.add_command(person_commands(kit))
    app.cli.add_command(unit_commands(kit))


def person_commands(kit: Kit) -> AppGroup:
    """Return the commands about a person."""
    group = AppGroup("person", help="Look a person up, end their logins, have their link sent again.")

    @group.command("show")
    @PERSON
    @REASON
    def show(person_id: str, reason: str) -> None:
        """Show how a person's accounts, application and units stand. Without PERSON_ID, asks for the ID."""
        show_person(kit, which(person_id), reason)

    @group.command("end-sessions")
    @PERSON
    @REASON
    def end_sessions(person_id: str, reason: str) -> None:
        """End all logins of a person at once, those of their accounts for units too."""
        target = operating.subject_of(kit, **which(person_id))
        ended = told(lambda: operating.end_sessions(kit, by=console(), target=target, reason=reason))
        click.echo(f"Ended {ended} logins.")

    @group.command("resend")
    @click.option("--unit", "unit_code", default="", help="Send that of the account for this unit code, which waits.")
    @REASON
    def resend(unit_code: str, reason: str) -> None:
        """Send the link of a person's application again, to the address that stands in it."""
        send_again(kit, unit_code, reason)

    return group


def send_again(kit: Kit, unit_code: str, reason: str) -> None:
    """Have the mail of an application sent again, or that of an account for a unit."""
    target = operating.subject_of(kit, **which(""))
    asked: dict[str, Any] = {"by": console(), "target": target, "reason": reason}
    if unit_code:
        told(lambda: operating.resend_unit_account(kit, unit_code=unit_code, **asked))
    else:
        told(lambda: operating.resend(kit, **asked))
    click.echo("The e-mail is on its way.")


def show_person(kit: Kit, asked: dict[str, Any], reason: str) -> None:
    """Look a person up and print what is known."""
    told(lambda: operating.look_person(kit, by=console(), reason=reason, **asked))
    with kit.read() as session:
        record = operating.read_record(session, kit, operating.subject_of(kit, **asked))
    click.echo("\n".join(printing.person_lines(record)))


def unit_commands(kit: Kit) -> AppGroup:
    """Return the commands about a unit; its code is public and may stand on the command line."""
    group = AppGroup("unit", help="Look an insured unit up, end its logins, have its result sent again.")

    @group.command("show")
    @click.argument("number")
    @REASON
    def show(number: str, reason: str) -> None:
        """Show how a unit stands, by unit code or business number."""
        code = told(lambda: unitdesk.look_unit(kit, by=console(), number=number, reason=reason))
        click.echo("\n".join(printing.unit_lines(unitdesk.show_unit(kit, by=console(), unit_code=code))))

    @group.command("end-sessions")
    @click.argument("unit_code")
    @REASON
    def end_sessions(unit_code: str, reason: str) -> None:
        """End the logins by the unit's certificate, and those that came to name its managers."""
        ended = told(lambda: unitdesk.end_sessions(kit, by=console(), unit_code=unit_code, reason=reason))
        click.echo(f"Ended {ended} logins.")

    @group.command("resend")
    @click.argument("unit_code")
    @REASON
    def resend(unit_code: str, reason: str) -> None:
        """Send the result of a unit's registration again, to the unit's own address."""
        told(lambda: unitdesk.resend(kit, by=console(), unit_code=unit_code, reason=reason))
        click.echo("The e-mail is on its way.")

    return group


def which(person_id: str) -> dict[str, Any]:
    """Return whom a command is about: the id of an account as it stands there, or an ID that is asked for."""
    if is_national_id(normalise(person_id)):
        raise click.UsageError("Leave the ID away: it is asked for, so that nobody reads it in the list of processes.")
    if person_id:
        return {"person_id": person_id}
    national_id = normalise(click.prompt("National ID or residence number", err=True))
    if not is_national_id(national_id):
        raise click.UsageError("This is not a valid ID or residence certificate number.")
    return {"national_id": national_id}


def told(act: Callable[[], Answer]) -> Answer:
    """Return what an act answers; a refusal ends the command with its words."""
    try:
        return act()
    except NothingKnown as refusal:
        raise Unknown(refusal.detail) from refusal
    except Problem as refusal:
        texts = [text for each in refusal.errors.values() for text in each] if isinstance(refusal, Invalid) else []
        more = [f"{name}: {value}" for name, value in refusal.members.items()]
        raise click.ClickException(" ".join([refusal.detail, *texts, *more])) from refusal
