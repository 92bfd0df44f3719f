"""Run by Alembic: applies the steps over the connection that `ui.feedback.store` hands over."""

from __future__ import annotations

from alembic import context

from ui.feedback.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
