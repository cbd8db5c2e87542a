"""Where features of known pictures are kept, and the candidates found with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "features",
        sa.Column("owner", sa.Text(), nullable=False, comment="the known picture they are of"),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "blob", sa.Text(), nullable=False, comment="where they are, encrypted; empty once forgotten"
        ),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_features")),
        sa.UniqueConstraint("change", name=op.f("uq_features_change")),
    )
    op.create_table(
        "candidate",
        sa.Column("seq", SERIAL, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("picture", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.Column(
            "region", sa.JSON(), nullable=False, comment="left, top, right, bottom as shares; or nothing"
        ),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_candidate")),
        sa.UniqueConstraint("id", name=op.f("uq_candidate_id")),
        sa.UniqueConstraint("picture", "entry", name=op.f("uq_candidate_picture_entry")),
    )
    op.create_index(op.f("ix_candidate_case_id"), "candidate", ["case_id"])
    op.create_index(op.f("ix_candidate_state"), "candidate", ["state"])
