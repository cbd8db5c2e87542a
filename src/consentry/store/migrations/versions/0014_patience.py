"""Which jobs let every other go first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0006"

DUE = sa.text("state IN ('ready', 'leased')")
BESIDE = ("look", "seek")
"""Jobs that were enqueued before there was patience, and have it now."""


def upgrade() -> None:
    """Mark them, and find what is due by that first."""
    mark: sa.Column[bool] = sa.Column(
        "patient", sa.Boolean(), nullable=False, server_default=sa.false(), comment="lets others go first"
    )
    op.add_column("job", mark)
    job = sa.table("job", sa.column("kind", sa.Text()), sa.column("patient", sa.Boolean()))
    op.execute(sa.update(job).where(job.c.kind.in_(BESIDE)).values(patient=True))
    op.drop_index(op.f("ix_job_due"), "job")
    op.create_index(
        op.f("ix_job_due"), "job", ["patient", "run_at", "id"], sqlite_where=DUE, postgresql_where=DUE
    )
