"""Readers who look before and after each of 200 visits guess no rating better than from what is published.

They are a viewer, a program with a token, and the clerk who saw whom she served: she knows who came, for whom
and how the dossier was submitted, and wants the ratings.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import BUSINESS, QUESTIONNAIRE, send_forms
from tests.conftest import on_sqlite, sign_in_as
from tests.web.browsing import a_token

pytestmark = [on_sqlite, pytest.mark.slow]
N_VISITS, N_BEFORE, FEW = 200, 20, 5
SCALE = tuple(option.value for option in QUESTIONNAIRE.scale.options)

Counts = Mapping[str, Mapping[int, int]]  # people by criterion and answer


@dataclass
class Reader:
    """What a reader saw last, and how the guesses about the people between two looks went."""

    counts: Counts = field(default_factory=dict)
    n_read: int = 0
    n_right: int = 0
    n_right_by_mode: int = 0
    n_guesses: int = 0
    few: list[str] = field(default_factory=list)

    def look(self, now: Counts, visitor: Mapping[str, str]) -> None:
        """Guess the ratings of who came since the last look, and compare them with the true ones."""
        for name, answers in now.items():
            before = self.counts.get(name)
            if before is None or not visitor[name].isdigit():
                continue
            change = {value: n - before[value] for value, n in answers.items()}
            n_new = sum(abs(n) for n in change.values())
            if 0 < n_new < FEW:
                self.few.append(name)
            mode = max(before, key=lambda value: before[value])
            guess = next((value for value, n in change.items() if n), mode) if n_new == 1 else mode
            self.n_read += n_new == 1
            self.n_guesses += 1
            self.n_right += int(visitor[name]) == guess
            self.n_right_by_mode += int(visitor[name]) == mode
        self.counts = now


def counts_of(document: Mapping[str, object]) -> Counts:
    rows: list[dict[str, object]] = document["answers"]  # type: ignore[assignment]
    return {
        str(row["criterion"]): {int(value): n for value, n in row["counts"].items()}  # type: ignore[attr-defined]
        for row in rows
    }


def visit(rng: np.random.Generator) -> dict[str, str]:
    """The answers of somebody who came: one in eight is a business, some criteria do not apply."""
    answers = {
        c.key: "na" if c.not_applicable and rng.random() < 0.3 else str(rng.choice(SCALE))
        for c in QUESTIONNAIRE.criteria
    }
    routing = {
        "submission_channel": str(rng.choice(["board_desk", "online", "postal"], p=[0.5, 0.4, 0.1])),
        "filed_feedback": str(rng.choice(["yes", "no"], p=[0.2, 0.8])),
    }
    return {**answers, **routing, **(BUSINESS if rng.random() < 0.125 else {})}


@pytest.fixture
def viewer(app: Flask) -> FlaskClient:
    return sign_in_as(app, "viewer")


def test_subtracting_two_looks_guesses_no_better_than_the_published_distribution(
    app: Flask, campaign: tuple[str, str], viewer: FlaskClient
) -> None:
    key, code = campaign
    rng = np.random.default_rng(2026)
    token = {"Authorization": f"Bearer {a_token(app, 'report.read')}"}
    for _person in range(N_BEFORE):
        send_forms(app, code, 1, **visit(rng))
    page, program = Reader(), Reader()
    for _person in range(N_VISITS):
        answers = visit(rng)
        send_forms(app, code, 1, **answers)
        summary = json.loads(viewer.get(f"/office/campaigns/{key}/summary.json?in=en").data)
        page.look(counts_of(summary), answers)
        api = app.test_client().get(f"/api/v1/campaigns/{key}/results", headers=token)
        program.look(counts_of(json.loads(api.data)), answers)
    for reader in (page, program):
        assert reader.n_guesses > N_VISITS * 10
        assert (reader.n_read, reader.few) == (0, [])
        assert reader.n_right == reader.n_right_by_mode
