"""When a weekly summary is due: every Monday morning of a campaign, and the morning after its last day."""

from datetime import date, datetime, time, timedelta, tzinfo

MORNING = time(6)
_DAY = timedelta(days=1)


def day_after(day: date) -> date:
    """The next day; the last day there is has none and stands for it."""
    return day + _DAY if day < date.max else day


def newest_due(
    opens_on: date, closes_on: date, *, since: datetime, now: datetime, zone: tzinfo
) -> date | None:
    """The newest day a summary was due; None before the first one after `since`, when they were switched on.

    After a month without a running server this is one day, so one summary is created and not four.
    """
    local = now.astimezone(zone)
    last_due = day_after(closes_on)
    last = min(local.date() if local.time() >= MORNING else local.date() - _DAY, last_due)
    due = last if last == last_due else last - last.weekday() * _DAY
    is_after = due > opens_on and datetime.combine(due, MORNING, zone) > since
    return due if is_after else None


def next_due(opens_on: date, closes_on: date, *, now: datetime, zone: tzinfo) -> date | None:
    """The next day a summary will be due; None after the last one."""
    local = now.astimezone(zone)
    last_due = day_after(closes_on)
    first = max(local.date() if local.time() < MORNING else local.date() + _DAY, day_after(opens_on))
    if first > last_due:
        return None
    days_to_monday = -first.weekday() % 7
    return first + min(days_to_monday, (last_due - first).days) * _DAY


def week_before(due_on: date, opens_on: date) -> tuple[date, date]:
    """First and last day of the week before `due_on`, not before the campaign's first day."""
    last = due_on - _DAY
    return max(last - last.weekday() * _DAY, opens_on), last
