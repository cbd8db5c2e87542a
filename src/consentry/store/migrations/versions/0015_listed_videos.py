"""The frames of videos that banks list."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0008"


def upgrade() -> None:
    """Make room for them beside the hashes of pictures."""
    op.add_column(
        "bank_entry",
        sa.Column("frames", sa.LargeBinary(), comment="of a video: hash, quality, number and moment of each"),
    )
