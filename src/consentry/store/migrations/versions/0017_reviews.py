"""Reviews, choices, looks and appeals; every case that nobody has ended waits for a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0018"

REPORTED = sa.table("case_", *map(sa.column, ("id", "state", "due", "received")))
COLUMNS = (
    "id", "case_id", "task", "state", "due", "severity", "opened", "holder", "barred", "appeal", "version",
)  # fmt: skip
WAITS = ("open", "hidden", "removed", "escalated")


def upgrade() -> None:
    """Make the four tables, and a review for every case there is."""
    op.create_table(
        "review",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger()),
        sa.Column("since", sa.BigInteger()),
        sa.Column("barred", sa.JSON(), nullable=False),
        sa.Column("appeal", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name=op.f("fk_review_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_case_id"), "review", ["case_id"])
    op.create_index("ix_review_turn", "review", ["state", "due", sa.text("severity DESC"), "id"])
    op.create_table(
        "resolution",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("review", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("ticked", sa.JSON(), nullable=False),
        sa.Column("others", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("second", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False, comment="a blob, encrypted; empty once erased"),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["review"], ["review.id"], name=op.f("fk_resolution_review")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolution")),
    )
    op.create_index(op.f("ix_resolution_case_id"), "resolution", ["case_id"])
    op.create_index(op.f("ix_resolution_at"), "resolution", ["at"])
    op.create_table(
        "reveal",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, comment="of what opens it"),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("copy", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger()),
        sa.Column("covered", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reveal")),
        sa.UniqueConstraint("digest", name=op.f("uq_reveal_digest")),
    )
    op.create_index("ix_reveal_member", "reveal", ["member", "at"])
    op.create_table(
        "appeal",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("copy", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False, comment="a blob, encrypted; empty once erased"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("decided", sa.BigInteger()),
        sa.ForeignKeyConstraint(["resolution"], ["resolution.id"], name=op.f("fk_appeal_resolution")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
    )
    op.create_index(op.f("ix_appeal_case_id"), "appeal", ["case_id"])
    _ask_of_every_case()


def _ask_of_every_case() -> None:
    case = REPORTED.c
    grave = sa.case((case.state == "escalated", 3), else_=1)
    empty, version = sa.literal("", sa.Text()), sa.literal(0, sa.Integer())
    nobody = sa.literal([], sa.JSON())
    waiting = sa.select(
        sa.literal("rev_", sa.Text()) + sa.cast(case.id, sa.Text()),
        case.id,
        sa.literal("first", sa.Text()),
        sa.literal("waiting", sa.Text()),
        case.due,
        grave,
        case.received,
        empty,
        nobody,
        empty,
        version,
    ).where(case.state.in_(WAITS))
    review = sa.table("review", *map(sa.column, COLUMNS))
    op.execute(sa.insert(review).from_select(list(COLUMNS), waiting))
