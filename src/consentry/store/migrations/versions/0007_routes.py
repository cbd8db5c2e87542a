"""Every way in, what is counted about requests, and what is paused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "route",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("probe", sa.Text(), nullable=False, comment="the address that a canary tries; empty: ours"),
        sa.Column("stopped", sa.BigInteger()),
        sa.Column("tried", sa.Text(), nullable=False),
        sa.Column("checked", sa.BigInteger()),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_route")),
    )
    op.create_table(
        "tally",
        sa.Column("ability", sa.Text(), nullable=False),
        sa.Column("minute", sa.BigInteger(), nullable=False, comment="its beginning"),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("ability", "minute", name=op.f("pk_tally")),
    )
    op.create_table(
        "breaker",
        sa.Column("ability", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("opened", sa.BigInteger()),
        sa.Column("until", sa.BigInteger()),
        sa.PrimaryKeyConstraint("ability", name=op.f("pk_breaker")),
    )
