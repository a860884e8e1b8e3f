"""Create the marks of comments: status, tags, note, and whether a report prints the comment.

Officials work through comments; the comment itself stays as it was sent.
"""

from alembic import op

from migrations.tables import (
    FLAG,
    NUMBER,
    ROW_NUMBER,
    TEXT,
    TIME,
    columns,
    create_table,
    optional,
    references,
    texts,
)

revision = "2026_11_24_comment_marks"
down_revision = "2026_11_24_scorecards"


def upgrade():
    create_table(
        "comment_mark",
        columns(ROW_NUMBER, "response_id"),
        texts(status=20),
        columns(TEXT, "tags", "note"),
        columns(FLAG, "is_for_report"),
        columns(TIME, "changed_at"),
        optional(NUMBER, "changed_by"),
        references(response_id="response.id", changed_by="person.id"),
        key=("response_id",),
    )


def downgrade():
    op.drop_table("comment_mark")
