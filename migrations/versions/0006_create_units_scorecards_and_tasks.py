"""Create units, scorecards with values, decisions and evidence, and the tasks of the plan.

Values and decisions are only added, so that the history of a scorecard is complete.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_scorecards"
down_revision = "2026_11_24_export_jobs"


def upgrade():
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_unit"),
        sa.UniqueConstraint("name", name="uq_unit_name"),
    )
    op.create_table(
        "person_unit",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_person_unit"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_unit_person_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_person_unit_unit_id"),
    )
    op.create_table(
        "scorecard_version",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_scorecard_version"),
    )
    op.create_table(
        "scorecard",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(8), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scorecard"),
        sa.UniqueConstraint("unit_id", "period", name="uq_scorecard_unit_id_period"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_scorecard_unit_id"),
        sa.ForeignKeyConstraint(["digest"], ["scorecard_version.digest"], name="fk_scorecard_digest"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_scorecard_campaign_id"),
    )
    _create_values()
    op.create_table(
        "plan_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("responsible", sa.String(200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("evidence_ref", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plan_task"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_plan_task_unit_id"),
    )
    op.create_index("ix_plan_task_unit_id", "plan_task", ["unit_id"])


def _create_values():
    op.create_table(
        "scorecard_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("indicator_key", sa.String(40), nullable=False),
        *(
            sa.Column(name, sa.Double(), nullable=True)
            for name in ("value", "numerator", "denominator", "low", "high")
        ),
        sa.Column("evidence_ref", sa.String(200), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scorecard_entry"),
        sa.ForeignKeyConstraint(["card_id"], ["scorecard.id"], name="fk_scorecard_entry_card_id"),
        sa.ForeignKeyConstraint(["entered_by"], ["person.id"], name="fk_scorecard_entry_entered_by"),
    )
    op.create_index("ix_scorecard_entry_card_id", "scorecard_entry", ["card_id"])
    op.create_table(
        "scorecard_decision",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("is_approved", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_scorecard_decision"),
        sa.ForeignKeyConstraint(["entry_id"], ["scorecard_entry.id"], name="fk_scorecard_decision_entry_id"),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name="fk_scorecard_decision_decided_by"),
    )
    op.create_table(
        "scorecard_evidence",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("mimetype", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_scorecard_evidence"),
        sa.ForeignKeyConstraint(["entry_id"], ["scorecard_entry.id"], name="fk_scorecard_evidence_entry_id"),
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
