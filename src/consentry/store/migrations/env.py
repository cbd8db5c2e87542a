"""Runs the changes on the connection that `store.upgrade` hands in; Alembic executes this file."""

from alembic import context

from consentry.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter a table in place
)
with context.begin_transaction():
    context.run_migrations()
