"""Change which stored forms are complete: "not applicable", where it is offered and chosen, is an answer.

The forms of results that are published keep their judgement, so that what is published can be recomputed. The
kept counts of the other campaigns are marked as stale where a form changes; folding counts them anew.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0019_change_complete_forms"
down_revision = "0018_create_releases"

_NOT_APPLICABLE = "na"
_campaign = sa.table("campaign", *map(sa.column, ("id", "instrument_digest", "published_at")))
_version = sa.table("instrument_version", *map(sa.column, ("digest", "document")))
_response = sa.table("response", *map(sa.column, ("id", "campaign_id", "is_complete", "answers")))
_rollup = sa.table("rollup", *map(sa.column, ("campaign_id", "made_for")))


def upgrade():
    _judge(lambda answer: isinstance(answer, int) or answer == _NOT_APPLICABLE)


def downgrade():
    _judge(lambda answer: isinstance(answer, int))


def _judge(is_answer):
    connection = op.get_bind()
    unpublished = (
        sa.select(_campaign.c.id, _version.c.document)
        .join_from(_campaign, _version, _version.c.digest == _campaign.c.instrument_digest)
        .where(_campaign.c.published_at.is_(None))
    )
    for campaign_id, document in connection.execute(unpublished).all():
        _judge_campaign(connection, campaign_id, json.loads(document), is_answer)


def _judge_campaign(connection, campaign_id, document, is_answer):
    minimum = document["instrument"]["min_valid_items"]
    criteria = [criterion for factor in document["factors"] for criterion in factor["criteria"]]
    keys = [criterion["key"] for criterion in [*criteria, *(document.get("unscored_criteria") or [])]]
    stored = sa.select(_response.c.id, _response.c.is_complete, _response.c.answers).where(
        _response.c.campaign_id == campaign_id, _response.c.answers.is_not(None)
    )
    changed = {True: [], False: []}
    for response_id, was_complete, text in connection.execute(stored):
        answers = json.loads(text)
        is_complete = sum(is_answer(answers.get(key)) for key in keys) >= minimum
        if is_complete != bool(was_complete):
            changed[is_complete].append({"b_id": response_id})
    for is_complete, ids in changed.items():
        if ids:
            change = sa.update(_response).where(_response.c.id == sa.bindparam("b_id"))
            connection.execute(change.values(is_complete=is_complete), ids)
    if changed[True] or changed[False]:
        counts = sa.update(_rollup).where(_rollup.c.campaign_id == campaign_id)
        connection.execute(counts.values(made_for=""))
