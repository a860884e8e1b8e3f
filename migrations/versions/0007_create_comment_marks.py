"""Create the marks of comments: status, tags, note, and whether a report prints the comment.

Officials work through comments; the comment itself stays as it was sent.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_comment_marks"
down_revision = "2026_11_24_scorecards"


def upgrade():
    op.create_table(
        "comment_mark",
        sa.Column("response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("is_for_report", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("response_id", name="pk_comment_mark"),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name="fk_comment_mark_response_id"),
        sa.ForeignKeyConstraint(["changed_by"], ["person.id"], name="fk_comment_mark_changed_by"),
    )


def downgrade():
    op.drop_table("comment_mark")
