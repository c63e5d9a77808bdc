"""Alembic's entry: runs the scripts on the connection that migrate.py hands over."""

from alembic import context

from invite_pipeline.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # The transaction is the caller's.
    transactional_ddl=False,
)
context.run_migrations()
