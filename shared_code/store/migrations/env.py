"""Alembic's door: it is handed an open transaction, and never opens one by itself."""

from alembic import context

from shared_code.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    user_module_prefix="types.",
    transactional_ddl=True,
)
context.run_migrations()
