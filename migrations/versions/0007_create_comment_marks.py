"""Create the marks of comments: status, tags, note, and whether a report prints the comment.

Officials work through comments; the comment itself stays as it was sent.
"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import ROW_NUMBER, TIME, columns, create_table, optional, references, texts

revision = "2026_11_24_comment_marks"
down_revision = "2026_11_24_scorecards"


def upgrade():
    create_table(
        "comment_mark",
        columns(ROW_NUMBER, "response_id"),
        texts(status=20),
        columns(sa.Text, "tags", "note"),
        columns(sa.Boolean, "is_for_report"),
        columns(TIME, "changed_at"),
        optional(sa.Integer, "changed_by"),
        references(response_id="response.id", changed_by="person.id"),
        key=("response_id",),
    )


def downgrade():
    op.drop_table("comment_mark")
