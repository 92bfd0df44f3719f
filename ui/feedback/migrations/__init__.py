"""The steps by which the database came to its present form, for Alembic; `ui.feedback.store` applies them."""
