"""What is kept for a while: conversations to be continued, and tokens of checks, which had no end before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0015"


def upgrade() -> None:
    """Make the table. Tokens kept so far are dropped: they were good for an hour at most."""
    op.create_table(
        "fleeting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False, comment="where its bytes are, encrypted, if it has any"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_fleeting")),
    )
    op.create_index(op.f("ix_fleeting_account"), "fleeting", ["account"])
    op.create_index(op.f("ix_fleeting_ends"), "fleeting", ["ends"])
    op.execute("DELETE FROM secret WHERE name LIKE 'check %'")
