"""How long what is kept: uploaded rows 30 days after they were entered, results and files three months."""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select, update

from authsvc.core.kit import Kit
from batch.models import DONE, Batch, BatchPart, BatchResult
from batch.queries import KEPT

ROWS_KEPT: Final = timedelta(days=30)
AT_ONCE: Final = 20


def purge(kit: Kit) -> None:
    """Erase uploaded rows whose time is over, then what is older than three months; some each minute."""
    now = kit.clock.now()
    over = select(Batch.id).where(Batch.done_at <= now - ROWS_KEPT, Batch.erased_at.is_(None)).limit(AT_ONCE)
    with kit.begin() as session:
        rows = session.scalars(over).all()
        if rows:
            session.execute(delete(BatchPart).where(BatchPart.batch_id.in_(rows)))
            session.execute(update(Batch).where(Batch.id.in_(rows)).values(erased_at=now))
    old = select(Batch.id).where(Batch.uploaded_at <= now - KEPT, Batch.state == DONE).limit(AT_ONCE)
    with kit.begin() as session:
        gone = session.scalars(old).all()
        if gone:
            for table in (BatchPart, BatchResult):
                session.execute(delete(table).where(table.batch_id.in_(gone)))
            session.execute(delete(Batch).where(Batch.id.in_(gone)))
