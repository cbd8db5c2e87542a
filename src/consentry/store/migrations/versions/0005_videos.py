"""The frames of known videos."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0013"


def upgrade() -> None:
    """Make room for them beside the hashes of pictures."""
    op.add_column(
        "known",
        sa.Column("frames", sa.LargeBinary(), comment="of a video: hash, quality, number and moment of each"),
    )
