"""The refusal of everything that needs single responses which are deleted."""

from datetime import date

from sqlalchemy.orm import Session

from survey.store import retention
from survey.web.errors import Refusal, RefusalKind


class ResponsesDeletedError(Refusal):
    """The single responses of a campaign were deleted, as its consent promised; `day` is when."""

    kind = RefusalKind.CLOSED
    title = "The single responses of this survey were deleted"
    advice = (
        "They were deleted on %(day)s, as the survey had promised to the people who answered. Results and "
        "counts remain."
    )

    def __init__(self, day: date) -> None:
        super().__init__(
            f"the single responses were deleted on {day.isoformat()}, as the survey had promised; results "
            "and counts remain"
        )
        self.day = day


def refuse_deleted(session: Session, campaign_id: int) -> None:
    """Raise ResponsesDeletedError where the deletion of a campaign's single responses has begun."""
    if (day := retention.day_of(session, campaign_id)) is not None:
        raise ResponsesDeletedError(day)
