"""A review knows the line of the log that says what was measured."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0010"


def upgrade() -> None:
    """Add the column; of reviews there are already nobody knows it."""
    line = sa.Column("line", sa.BigInteger(), nullable=False, server_default="-1", comment="of the log")
    op.add_column("review", line)
