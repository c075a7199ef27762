"""`make run`: everything on the documented ports, until ctrl-C."""

import signal
import sys
import time
from types import FrameType

from devtools.people import Person, citizens
from devtools.ports import Ports, PortTaken
from devtools.processes import ROOT, StackError
from devtools.stack import Stack

WATCH_EVERY_SECONDS = 1.0
FLOOD_LIMIT = 600

GUIDE = """
Everything is up. Where to look:

  Portal for people     {origin}/
  Phone app             {origin}/app/
  Counter (staff)       {origin}/counter/login   put {staff_card} in, PIN {staff_pin} ({staff})
  Card reader (slot)    {card}/
  Caught mail           {mail}/
  Handset (mobile line) {telco}/handset
  Phone with TW FidO    {twfido}/
  Other systems         {relying}/        where functions such as filings lead
  API documentation     {origin}/api/v1/docs
  Logs                  {logs}

Two people to play (synthetic):

{people}

What to click first:

  1. Card reader page: put the health card of {name} in.
  2. Portal → register: read the card, enter the household data above and a password.
  3. Mail page: open the link, read the card again. The account is active.
  4. Portal → log in by card and password → make a device code.
  5. Phone app: type the code with the ID. From now on: OTP and QR login.

ctrl-C ends everything."""


def main() -> None:
    """Start everything, say where to look, watch; exit status 1 when a port is taken or a process dies."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        ports = Ports.from_environment()
        ports.require_free()
        print("Starting simulators, service and mail worker …", flush=True)
        database = f"sqlite:///{ROOT / 'instance' / 'authsvc.db'}"
        with Stack(
            ports=ports, database_url=database, folder=ROOT / "instance", flood_limit=FLOOD_LIMIT, push=True
        ) as stack:
            print(guide(stack), flush=True)
            watch(stack)
    except (PortTaken, StackError) as fault:
        sys.exit(f"\n{fault}")
    except KeyboardInterrupt:
        print("\nAll stopped.")


def guide(stack: Stack) -> str:
    """Return where to look and what to click first."""
    staff = stack.add_staff()
    people = citizens(registry_url=stack.urls["registry"], card_url=stack.urls["card"])[:2]
    return GUIDE.format(
        origin=stack.origin,
        card=stack.urls["card"],
        mail=stack.urls["mail"],
        telco=stack.urls["telco"],
        twfido=stack.urls["twfido"],
        relying=stack.urls["relying"],
        logs=stack.log_dir,
        name=people[0].name,
        staff=staff.name,
        staff_card=staff.card_id,
        staff_pin=staff.pin,
        people="\n\n".join(described(person) for person in people),
    )


def described(person: Person) -> str:
    """Return what one has to type for a person."""
    household = "  ".join(str(value) for value in person.household.values())
    return (
        f"  {person.name}   ID {person.national_id}   born {person.birth_date}   card {person.card_id}\n"
        f"  household  {household}"
    )


def watch(stack: Stack) -> None:
    """Stay until ctrl-C; raise `StackError` when a process dies."""
    while True:
        stack.check()
        time.sleep(WATCH_EVERY_SECONDS)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
