"""When a weekly summary is due: every Monday morning of a campaign, and the morning after its last day."""

from datetime import date, datetime, time, timedelta, tzinfo

MORNING = time(6)
_DAY = timedelta(days=1)


def newest_due(
    opens_on: date, closes_on: date, *, since: datetime, now: datetime, zone: tzinfo
) -> date | None:
    """The newest day a summary was due; None before the first one after `since`, when they were switched on.

    Only the newest is told: after a month in which no server ran, one summary is made and not four.
    """
    here = now.astimezone(zone)
    over = closes_on + _DAY
    last = min(here.date() if here.time() >= MORNING else here.date() - _DAY, over)
    due = last if last == over else last - last.weekday() * _DAY
    is_after = due > opens_on and datetime.combine(due, MORNING, zone) > since
    return due if is_after else None


def next_due(opens_on: date, closes_on: date, *, now: datetime, zone: tzinfo) -> date | None:
    """The next day a summary will be due; None once the last one was."""
    here = now.astimezone(zone)
    over = closes_on + _DAY
    first = max(here.date() if here.time() < MORNING else here.date() + _DAY, opens_on + _DAY)
    monday = first + (-first.weekday() % 7) * _DAY
    return min(monday, over) if first <= over else None


def week_before(due_on: date, opens_on: date) -> tuple[date, date]:
    """First and last day of the week that a summary closes, not before the campaign's first day."""
    last = due_on - _DAY
    return max(last - last.weekday() * _DAY, opens_on), last
