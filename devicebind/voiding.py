"""Device codes that end unused: a newer one was made, the person was suspended or allows no new phones."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from authsvc.core.kit import Kit
from authsvc.identity.models import Person
from devicebind.models import VOID, WAITING, DeviceCode


def void_codes(session: Session, person_id: str) -> None:
    """Void the codes of a person that wait to be used."""
    older = update(DeviceCode).where(DeviceCode.person_id == person_id, DeviceCode.state == WAITING)
    session.execute(older.values(state=VOID), execution_options={"synchronize_session": False})


def end_for(session: Session, kit: Kit, person: Person) -> None:
    """Void the codes that wait for a person just suspended, or who allows no new phones."""
    del kit
    void_codes(session, person.id)
