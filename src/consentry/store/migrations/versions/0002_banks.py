"""Banks and their entries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
NAMED = "source_ref <> ''"
SHARED = "item <> 0"


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "bank",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("enabled_ratio", sa.Double(), nullable=False),
        sa.Column("radius", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank")),
        sa.UniqueConstraint("name", name=op.f("uq_bank_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "bank_entry",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("bank_id", sa.BigInteger(), nullable=False),
        sa.Column("signal", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False, comment="the hash"),
        sa.Column(
            "item", sa.BigInteger(), nullable=False, comment="the first entry about the same picture, or 0"
        ),
        sa.Column("source_ref", sa.Text(), nullable=False),
        sa.Column("case_refs", sa.Text(), nullable=False, comment="one a line"),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False, comment="when the source last changed it"),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("paused_until", sa.BigInteger()),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.id"], name=op.f("fk_bank_entry_bank_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_entry")),
        sa.UniqueConstraint("bank_id", "signal", "value", name=op.f("uq_bank_entry_bank_id_signal_value")),
    )
    op.create_index(op.f("ix_bank_entry_change"), "bank_entry", ["change"])
    op.create_index(
        "ix_bank_entry_record",
        "bank_entry",
        ["bank_id", "source_ref"],
        sqlite_where=sa.text(NAMED),
        postgresql_where=sa.text(NAMED),
    )
    op.create_index(
        "ix_bank_entry_item",
        "bank_entry",
        ["item"],
        sqlite_where=sa.text(SHARED),
        postgresql_where=sa.text(SHARED),
    )
