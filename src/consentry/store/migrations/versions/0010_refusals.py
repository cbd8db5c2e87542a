"""Refusals with their complaints, and which cases are about one item."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0020"


def upgrade() -> None:
    """Make the table and the index."""
    op.create_table(
        "refusal",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False, comment="the member of staff"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column(
            "words", sa.Text(), nullable=False, comment="where the reason is, encrypted; empty once erased"
        ),
        sa.Column("complained", sa.BigInteger()),
        sa.Column("complaint", sa.Text(), nullable=False, comment="where the complaint is, encrypted"),
        sa.Column("due", sa.BigInteger()),
        sa.Column("answered", sa.BigInteger()),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False, comment="where the answer is, encrypted"),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name=op.f("fk_refusal_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusal")),
    )
    op.create_index(op.f("ix_refusal_case_id"), "refusal", ["case_id"])
    op.create_index(op.f("ix_refusal_due"), "refusal", ["due"])
    op.create_index(op.f("ix_copy_platform_item"), "copy", ["platform", "item"])
