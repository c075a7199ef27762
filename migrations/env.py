"""Alembic's entry: the engine is handed in by the command, the tables are those of the composed service."""

from alembic import context
from sqlalchemy import Engine

from authsvc.core.db import Base

engine: Engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(
        connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_server_default=False
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
