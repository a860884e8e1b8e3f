"""Create units, scorecards with values, decisions and evidence, and the tasks of the plan.

Values and decisions are only added, so that the history of a scorecard is complete.
"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import TIME, columns, create_table, documents, optional, references, texts, unique

revision = "2026_11_24_scorecards"
down_revision = "2026_11_24_export_jobs"


def upgrade():
    create_table("unit", columns(sa.Integer, "id"), texts(name=200, name_en=200), unique("name"))
    create_table(
        "person_unit",
        columns(sa.Integer, "person_id", "unit_id"),
        references(person_id="person.id", unit_id="unit.id"),
        key=("person_id",),
    )
    create_table("scorecard_version", documents(), key=("digest",))
    create_table(
        "scorecard",
        columns(sa.Integer, "id", "unit_id"),
        texts(period=8, digest=64),
        optional(sa.Integer, "campaign_id"),
        columns(sa.Boolean, "is_demo"),
        columns(TIME, "opened_at"),
        unique("unit_id", "period"),
        references(unit_id="unit.id", digest="scorecard_version.digest", campaign_id="campaign.id"),
    )
    _create_values()
    create_table(
        "plan_task",
        columns(sa.Integer, "id", "unit_id", "year"),
        texts(title=300, responsible=200),
        columns(sa.Date, "due_on"),
        optional(sa.Date, "done_on"),
        texts(evidence_ref=200),
        references(unit_id="unit.id"),
    )
    op.create_index("ix_plan_task_unit_id", "plan_task", ["unit_id"])


def _create_values():
    create_table(
        "scorecard_entry",
        columns(sa.Integer, "id", "card_id"),
        texts(indicator_key=40),
        optional(sa.Double, "value", "numerator", "denominator", "low", "high"),
        texts(evidence_ref=200, note=500, reason=500),
        columns(sa.Integer, "entered_by"),
        columns(TIME, "entered_at"),
        references(card_id="scorecard.id", entered_by="person.id"),
    )
    op.create_index("ix_scorecard_entry_card_id", "scorecard_entry", ["card_id"])
    create_table(
        "scorecard_decision",
        columns(sa.Integer, "entry_id"),
        columns(sa.Boolean, "is_approved"),
        texts(note=500),
        columns(sa.Integer, "decided_by"),
        columns(TIME, "decided_at"),
        references(entry_id="scorecard_entry.id", decided_by="person.id"),
        key=("entry_id",),
    )
    create_table(
        "scorecard_evidence",
        columns(sa.Integer, "entry_id"),
        texts(name=200, mimetype=100),
        columns(sa.Integer, "size"),
        texts(sha256=64),
        columns(sa.LargeBinary, "content"),
        references(entry_id="scorecard_entry.id"),
        key=("entry_id",),
    )


def downgrade():
    for table in (
        "plan_task",
        "scorecard_evidence",
        "scorecard_decision",
        "scorecard_entry",
        "scorecard",
        "scorecard_version",
        "person_unit",
        "unit",
    ):
        op.drop_table(table)
