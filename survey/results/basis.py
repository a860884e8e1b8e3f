"""The basis of results: a campaign's counts at one moment, its rules, and what may be shown."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from functools import cached_property

import numpy as np
from sqlalchemy.orm import Session

from survey.instrument.questionnaire import Questionnaire, Text
from survey.results.form_counts import FormCounts, count_forms
from survey.results.releasing import COSTS, UNIT_VIEW, unit_parts
from survey.results.scoring_rules import rules_of
from survey.scoring.arrays import Flags
from survey.scoring.disclosure import hidden_in_views
from survey.scoring.estimate import scored_groups
from survey.scoring.findings import without_absent
from survey.scoring.moment_score import score_moments
from survey.scoring.moments import Moments, rules_key
from survey.scoring.pair_counts import PairCounts, moment_cell
from survey.scoring.releases import GROUP_VIEW, SEPARATOR, WITH_GROUP, PartKey, within
from survey.scoring.results import SurveyScore
from survey.scoring.rules import Rules
from survey.store import fieldwork, questionnaires, releases, rollups
from survey.store.fieldwork import Campaign, CollectorAtDesk
from survey.store.releases import Release
from survey.store.rolling import (
    CHANNEL_QUESTION,
    EVERYTHING,
    FIELD_QUESTION,
    RollUp,
    scored_positions,
)
from survey.web import locale


@dataclass(frozen=True, eq=False)
class Basis:
    """A campaign with its counts, those of its `release` where there is one.

    `populations` is empty where the office's numbers cannot be used. `n_waiting` valid forms came since the
    release (fewer than none where forms were withdrawn), or are too few to show anything of them.
    """

    campaign: Campaign
    questionnaire: Questionnaire
    collectors: tuple[CollectorAtDesk, ...]
    rolled: RollUp
    forms: FormCounts
    populations: Mapping[str, int]
    release: Release | None = None
    n_waiting: int = 0

    @cached_property
    def rules(self) -> Rules:
        """The rules of the questionnaire."""
        return rules_of(self.questionnaire)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of version, populations and counts, from which the result follows in full."""
        sha256 = hashlib.sha256()
        populations = dict(sorted(self.populations.items()))
        facts = [self.campaign.instrument_digest, populations, *self.rolled.digest_facts()]
        sha256.update(json.dumps(facts).encode())
        for key, cell in sorted(self.rolled.cells.items()):
            sha256.update(json.dumps([*key, cell.n, cell.n_answered]).encode())
            sha256.update(cell.marks.astype("<i8").tobytes())
            sha256.update(cell.pairs.astype("<i8").tobytes())
        return sha256.hexdigest()

    def moments(self, view: str, group: str = "") -> Moments:
        """The sample with the parts of a view as domains, or one group's people in each."""
        cells: dict[tuple[str, str], PairCounts] = {}
        rest = self.rolled.part(EVERYTHING, EVERYTHING)
        for (part, stratum), cell in self.parts(view).items():
            rest[stratum] = rest[stratum] - cell
            domain = part if group in ("", stratum) else EVERYTHING
            cells[domain, stratum] = _add(cells.get((domain, stratum)), cell)
        for stratum, cell in rest.items():
            cells[EVERYTHING, stratum] = _add(cells.get((EVERYTHING, stratum)), cell)
        shares = [option.share for option in self.questionnaire.scale.options]
        positions = scored_positions(self.questionnaire)
        cell_moments = {
            (stratum if self.populations else "", stratum, domain): moment_cell(cell, shares, positions)
            for (domain, stratum), cell in cells.items()
            if cell.n and (not self.populations or stratum in self.populations)
        }
        return Moments(rules_key(self.rules), has_clusters=False, has_weights=False, cells=cell_moments)

    def parts(self, view: str) -> dict[tuple[str, str], PairCounts]:
        """The counts of each part of a view by respondent group."""
        if view == EVERYTHING:
            everybody = self.rolled.part(EVERYTHING, EVERYTHING)
            return {(EVERYTHING, group): cell for group, cell in everybody.items()}
        if view == GROUP_VIEW and self.release is None:
            return {(group, group): cell for group, cell in self.rolled.part(EVERYTHING, EVERYTHING).items()}
        return {key[1:]: cell for key, cell in self.rolled.cells.items() if key[0] == view}

    def scores(self, view: str, group: str = "") -> SurveyScore:
        """The score of everybody and of each part of a view, or of one group's people in each."""
        moments = self.moments(view, group)
        scored = score_moments(moments, self.rules, populations=self.strata, lonely_psu="adjust")
        if group or view == "group":  # people of one group, among whom no other group can be missed
            of_one = {key: without_absent(score, self.rules.target) for key, score in scored.domains.items()}
            scored = replace(scored, domains=of_one)
        return scored

    @property
    def _tells_groups(self) -> bool:
        """Whether points weigh groups otherwise than by their forms: with the answers they tell each."""
        return self.rules.group_rule == "fixed" or bool(self.populations)

    def sum_shown(self, groups: Sequence[PairCounts]) -> PairCounts | None:
        """The counts of several groups together, without those of a group of which few rated a criterion.

        The points are of the larger groups alone, so with the counts of everybody they would tell the others.
        """
        if not self._tells_groups:
            return sum_cells(groups)
        minimum = self.rules.small_cell_suppression
        total = sum_cells([cell for cell in groups if cell.n >= minimum])
        if total is None:
            return None
        few = [
            np.where((rated > 0) & (rated < minimum), 1, 0)[:, np.newaxis] * cell.marks
            for cell in groups
            if cell.n >= minimum
            for rated in [cell.raters]
        ]
        return replace(total, marks=total.marks - np.sum(few, axis=0))

    def few_behind_points(self, groups: Mapping[str, PairCounts]) -> Flags:
        """By criterion, whether its points are also of a group of which few rated it."""
        minimum, few = (
            self.rules.small_cell_suppression,
            np.zeros(len(self.questionnaire.criteria), dtype=np.bool_),
        )
        least = self.rules.min_valid_per_cell if self.rules.group_rule == "fixed" else 1
        for cell in groups.values() if self._tells_groups else ():
            rated = cell.raters
            few |= (rated >= max(1, least)) & (rated < minimum)
        return few

    @property
    def is_census(self) -> bool:
        """Whether every one of the people served, whose numbers are known, sent a valid form."""
        sizes = self.rolled.sizes("group")
        earning = [key for key in scored_groups(self.rules) if key in self.populations]
        return bool(earning) and all(sizes.get(key, 0) == self.populations[key] for key in earning)

    @property
    def strata(self) -> Mapping[str, float] | None:
        """People in each stratum, where the office knows them."""
        return {group: float(n) for group, n in self.populations.items()} if self.populations else None

    @cached_property
    def hidden(self) -> dict[str, frozenset[str]]:
        """The parts of every view, and of every view within groups (`desk+group`), that may not be shown.

        All of them are shown somewhere, so they are decided together, whatever a reader asks for.
        """
        crossings = list(self.rolled.crossings)
        if not crossings:
            return {}
        labels = np.array(crossings, dtype=str)
        views = {view: labels[:, index] for index, view in enumerate(self.rolled.views)}
        views |= {
            view + WITH_GROUP: np.array(
                [
                    within(part, group) if part else ""
                    for part, group in zip(views[view], views[GROUP_VIEW], strict=True)
                ]
            )
            for view in self.rolled.views[1:]
        }
        people = np.array([self.rolled.crossings[crossing] for crossing in crossings], dtype=np.int64)
        return hidden_in_views(views, self.rules.small_cell_suppression, people=people, weights=COSTS)

    def may_show(self, view: str, part: str, group: str = "") -> bool:
        """Whether the part, or a group's people in it, may be shown."""
        in_group = (view + WITH_GROUP, within(part, group))
        if self.release is None:
            name, part = in_group if group and view != GROUP_VIEW else (view, part)
            return part not in self.hidden.get(name, frozenset())
        if (view, part) not in self.release.step_of:
            return not self.rolled.sizes(view).get(part)
        return not group or view == GROUP_VIEW or in_group in self.release.parts

    def sizes(self, view: str) -> dict[str, int]:
        """The forms in each part of a view: those that are shown, or all where the part is not shown."""
        sizes = self.rolled.sizes(view)
        if self.release is not None:
            shown: Counter[str] = Counter()
            for (part, _group), cell in self.parts(view).items():
                shown[part] += cell.n
            sizes |= shown
        return sizes

    def as_of(self, view: str, part: str) -> datetime | None:
        """The hour when the figures of a part were released; None where that was with the whole."""
        if self.release is None:
            return None
        step = self.release.step_of.get((view, part), self.release.number)
        return None if step == self.release.number else self.release.released_at[step]

    def labels(self, view: str) -> dict[str, Text]:
        """The parts of a view by name, in the order they are shown."""
        if view == GROUP_VIEW:
            return {key: self.questionnaire.group(key).text for key in self.questionnaire.offered_groups()}
        if view == "desk":
            return desk_names(self.collectors)
        if view == UNIT_VIEW:
            return unit_names(self.collectors)
        if view == "month":
            return {month: _month(month) for month in sorted(self.rolled.sizes("month"))}
        key = {"field": FIELD_QUESTION, "channel": CHANNEL_QUESTION}[view]
        question = next((q for q in self.questionnaire.questions if q.key == key), None)
        return {option.key: option.text for option in question.options} if question else {}

    def scored_counts(self, view: str, part: str, group: str = "") -> PairCounts | None:
        """The counts of the people in a part, or of one group of them, whose group earns points."""
        earning = scored_groups(self.rules)
        return self.sum_shown(
            [
                cell
                for (name, own_group), cell in self.parts(view).items()
                if name == part and group in ("", own_group) and (not earning or own_group in earning)
            ]
        )


def everybody_shown(basis: Basis) -> PairCounts | None:
    """What is shown of the counts of all forms, None without any."""
    return basis.sum_shown(list(basis.rolled.part(EVERYTHING, EVERYTHING).values()))


def everybody(basis: Basis) -> PairCounts | None:
    """The counts of all forms, None without any."""
    return sum_cells(list(basis.rolled.part(EVERYTHING, EVERYTHING).values()))


def sum_cells(cells: Sequence[PairCounts]) -> PairCounts | None:
    """The cells together, None without any."""
    total: PairCounts | None = None
    for cell in cells:
        total = _add(total, cell)
    return total


def _add(total: PairCounts | None, cell: PairCounts) -> PairCounts:
    return cell if total is None else total + cell


def basis_of(session: Session, campaign: Campaign, zone: tzinfo) -> Basis:
    """A campaign's released counts (`releasing.py`).

    Before the first release they are those that are stored at this moment, or none while they are too few to
    show.
    """
    questionnaire = questionnaires.questionnaire(session, campaign.instrument_digest)
    collectors = tuple(fieldwork.collectors_of(session, campaign.id))
    release, n_too_few = releases.load(session, campaign.id, questionnaire), 0
    if release is None:
        rolled = _with_units(rollups.roll_up(session, campaign, zone), collectors)
        if rolled.valid < questionnaire.scoring.small_cell_suppression:
            n_too_few, rolled = rolled.valid, RollUp(incomplete=rolled.incomplete)
    else:
        release = _with_unit_numbers(release, collectors)
        rolled = release.rolled
    forms = count_forms(session, campaign, rolled, collectors)
    if n_too_few:
        forms = replace(forms, valid=n_too_few)
    fits = populations_fit(campaign.populations, rolled.sizes(GROUP_VIEW), questionnaire, forms.people_known)
    n_now = rolled.valid if release is None else rollups.count_valid(session, campaign, zone)
    return Basis(
        campaign=campaign,
        questionnaire=questionnaire,
        collectors=collectors,
        rolled=rolled,
        forms=forms,
        populations=campaign.populations if fits else {},
        release=release,
        n_waiting=n_too_few or n_now - rolled.valid,
    )


def desk_names(collectors: Sequence[CollectorAtDesk]) -> dict[str, Text]:
    """The desks of a campaign, by the number of their collectors."""
    return {str(row.collector.id): row.desk.names for row in collectors}


def unit_names(collectors: Sequence[CollectorAtDesk]) -> dict[str, Text]:
    """The units that desks of a campaign work for, by their numbers and in that order."""
    units = {row.unit.id: row.unit.names for row in collectors if row.unit}
    return {str(unit_id): names for unit_id, names in sorted(units.items())}


def _with_units(rolled: RollUp, collectors: Sequence[CollectorAtDesk]) -> RollUp:
    """The counts with a view of units, each the forms of its desks, where a desk has a unit."""
    units = {str(row.collector.id): str(row.unit.id) for row in collectors if row.unit}
    return rolled.with_merged_view(UNIT_VIEW, "desk", units) if units else rolled


def _with_unit_numbers(release: Release, collectors: Sequence[CollectorAtDesk]) -> Release:
    """The release with units by number. A unit that got or lost a desk since is not shown."""
    number_of = {name: str(unit_id) for unit_id, name in unit_parts(collectors).items()}

    def rename(view: str, part: str) -> PartKey | None:
        name, *group = part.split(SEPARATOR)
        if view.removesuffix(WITH_GROUP) != UNIT_VIEW:
            return view, part
        return (view, SEPARATOR.join([number_of[name], *group])) if name in number_of else None

    cells = {
        (*key, group): cell
        for (view, part, group), cell in release.rolled.cells.items()
        if (key := rename(view, part)) is not None
    }
    rolled = _with_units(release.rolled, collectors)
    return replace(
        release,
        rolled=replace(rolled, cells=cells),
        step_of={key: step for part, step in release.step_of.items() if (key := rename(*part)) is not None},
        parts=frozenset(key for part in release.parts if (key := rename(*part)) is not None),
    )


def populations_fit(
    populations: Mapping[str, int],
    forms: Mapping[str, int],
    questionnaire: Questionnaire,
    people_known: int,
) -> bool:
    """Whether the office's numbers can be used.

    Each scored group with forms has a number, none is smaller than its valid forms, and together they are not
    fewer than the people who are known: those who sent a form, withdrew it, declined or saved one. The group
    of the last ones is not known.
    """
    without_number = sum(n for key, n in forms.items() if key not in populations)
    return (
        bool(populations)
        and sum(populations.values()) >= people_known - without_number
        and all(populations.get(key, 0) >= n for key, n in forms.items() if questionnaire.group(key).scored)
    )


def _month(month: str) -> Text:
    first_day = date.fromisoformat(f"{month}-01")
    return Text({language: locale.format_month(first_day, language) for language in locale.LANGUAGES})
