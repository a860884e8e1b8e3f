"""The clock of the tests of weekly summaries."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from tests.publication.builders import ZONE, the_campaign
from tests.waiting import Clock


@pytest.fixture
def clock(demo_app: Flask) -> Clock:
    """Noon of the first Tuesday after the demonstration's second week; forms came in until today."""
    opens_on = the_campaign(demo_app).opens_on
    monday = opens_on + timedelta(days=14 - opens_on.weekday())
    midnight = datetime.combine(monday + timedelta(days=1), datetime.min.time(), ZONE)
    return Clock(midnight + timedelta(hours=12))
