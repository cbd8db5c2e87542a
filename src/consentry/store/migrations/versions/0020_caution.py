"""Whether a person looks at a case before more is hidden in it, and which line says that it arrived."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0017"


def upgrade() -> None:
    """Cases that are there already wait for nobody."""
    why = "why a person looks first"
    op.add_column("case_", sa.Column("caution", sa.Text(), nullable=False, server_default="", comment=why))
    where = "where the log says that the report arrived"
    op.add_column("case_", sa.Column("line", sa.BigInteger(), comment=where))
