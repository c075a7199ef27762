"""The word that an order changed, for the processes that hold its streams."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qrlogin.models import QrOrder

CHANNEL: Final = "qr_order"


def tell(session: Session, order_ids: Collection[str]) -> None:
    """Tell all processes that these orders changed, once this transaction commits (PostgreSQL's NOTIFY).

    The word holds the order's public id and nothing else. On SQLite there is no such word: there one looks.
    """
    if order_ids and session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_notify(CHANNEL, QrOrder.id)).where(QrOrder.id.in_(order_ids)))
