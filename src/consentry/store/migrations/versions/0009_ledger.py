"""What a consent is for in particular, and the ledger of images that were made here."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0004"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INDEXED = ("decision", "request", "account", "sha256", "judged", "prompt", "consent")


def upgrade() -> None:
    """Widen `consent`, make `making`. What was recorded before is for no picture and every route."""
    empty = sa.text("'[]'")
    with op.batch_alter_table("consent") as table:
        table.add_column(sa.Column("routes", sa.JSON(), nullable=False, server_default=empty))
        table.add_column(
            sa.Column(
                "inputs",
                sa.JSON(),
                nullable=False,
                server_default=empty,
                comment="the pictures it is for, by hash",
            )
        )
        table.add_column(sa.Column("evidence", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("recorder", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("consent") as table:
        for name in ("routes", "inputs", "evidence", "recorder"):
            table.alter_column(name, server_default=None)
    op.create_table(
        "making",
        sa.Column("seq", SERIAL, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("judged", sa.Text(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False, comment="digests of what it was made from"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_making")),
        sa.UniqueConstraint("id", name=op.f("uq_making_id")),
    )
    for name in INDEXED:
        op.create_index(op.f(f"ix_making_{name}"), "making", [name])
