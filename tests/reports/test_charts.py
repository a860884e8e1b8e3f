import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from itertools import combinations
from operator import ge

import numpy as np
import pytest
from flask import Flask
from PIL import Image

from survey.drawing.canvas import PictureKind
from survey.reports import charts, comparison_charts, figures
from survey.results.campaign import CampaignResults
from tests.reports import builders
from tests.reports.big import big
from tests.reports.builders import EVERY

BAR = re.compile(r'd="M ([\d.]+) ([\d.]+) \nL ([\d.]+) [\d.]+ \nL [\d.]+ ([\d.]+) \nL')
LABEL = re.compile(r'text-anchor="middle"[^>]* x="([\d.]+)" y="([\d.]+)"[^>]*>(\d+%)<')
DRAW: dict[str, Callable[[CampaignResults, str, PictureKind], bytes]] = {
    "score": charts.score_figure,
    "sections": charts.sections_figure,
    "distribution": charts.distribution_figure,
}


@pytest.mark.parametrize("name", DRAW)
@pytest.mark.parametrize("build", EVERY)
def test_a_picture_is_named_and_carries_nothing_a_strict_csp_blocks(
    name: str, build: Callable[[], CampaignResults]
) -> None:
    svg = DRAW[name](build(), "vi", "svg").decode()
    root = ET.fromstring(svg)  # noqa: S314 - our own picture
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{name}-title {name}-desc"
    assert not re.search(r"<style|style=|<script|<!DOCTYPE|<metadata|<\?xml|\son\w+=", svg)
    assert set(re.findall(r'(?:href|src)="(.)', svg)) <= {"#"}
    assert set(re.findall(r"url\((.)", svg)) <= {"#"}


def test_words_are_text_in_the_language_of_the_report() -> None:
    svg = charts.score_figure(builders.provisional(), "vi", "svg").decode()
    texts = [element.text for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314
    for expected in (
        "28,23 / 38 điểm",
        "(tạm tính; người trả lời tự nguyện",
        "24,44",
        "32,02",
        "khung mục tiêu 28 – 30",
        "28,23",
    ):
        assert expected in texts
    assert "Phóng to đoạn 23 – 34 của thang 0 – 38" in texts


def test_pictures_on_one_page_share_no_id() -> None:
    ids = [
        i
        for draw in DRAW.values()
        for i in re.findall(r' id="([^"]+)"', draw(builders.normal(), "vi", "svg").decode())
    ]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_same_result_draws_the_same_bytes(kind: PictureKind) -> None:
    assert charts.score_figure(builders.normal(), "vi", kind) == charts.score_figure(
        builders.normal(), "vi", kind
    )


def test_a_png_has_the_resolution_of_print() -> None:
    image = Image.open(BytesIO(charts.score_figure(builders.normal(), "vi", "png")))
    assert image.info["dpi"] == pytest.approx((300, 300), abs=1)


def test_a_demonstration_says_so_in_every_picture() -> None:
    for draw in DRAW.values():
        assert "DỮ LIỆU MINH HỌA" in draw(builders.demo(), "vi", "svg").decode()
        assert "DỮ LIỆU MINH HỌA" not in draw(builders.normal(), "vi", "svg").decode()


def test_on_paper_the_page_labels_a_demonstration_and_not_its_pictures_too() -> None:
    for draw in (charts.sections_figure, charts.distribution_figure):
        assert "DỮ LIỆU MINH HỌA" not in draw(builders.demo(), "vi", "svg", wide=True).decode()
    drawn = ET.fromstring(charts.score_figure(builders.demo(), "vi", "svg", titled=False, labelled=False))  # noqa: S314
    texts = [element.text or "" for element in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert not any("DỮ LIỆU MINH HỌA" in text for text in texts)


def test_200_desks_are_pictures_of_a_few_screens_on_one_scale(app: Flask) -> None:
    results = big()
    rows = comparison_charts.rows_of(results.parts("desk"), "en")
    with app.app_context():
        pictures = figures.interval_figures(results, "Desks", rows, "en")
    assert len(pictures) == 8
    assert pictures[1].title == "Desks – picture 2 of 8: “Desk 26” – “Desk 50”"
    scales = set()
    for number, picture in enumerate(pictures):
        drawn = ET.fromstring(str(picture.drawing))  # noqa: S314
        texts = [element.text or "" for element in drawn.iter("{http://www.w3.org/2000/svg}text")]
        desks = [text for text in texts if re.fullmatch(r"Desk \d+", text)]
        assert desks == [f"Desk {25 * number + row}" for row in range(1, 26)]
        assert float(drawn.attrib["height"]) < 1100
        scales.add(tuple(text for text in texts if text.isdecimal()))
    assert len(scales) == 1
    with app.app_context():
        (alone,) = figures.interval_figures(results, "Desks", rows[:25], "en")
    assert "picture 1" not in str(alone.drawing)


def test_without_data_the_picture_says_so() -> None:
    assert "Chưa có điểm" in charts.score_figure(builders.no_data(), "vi", "svg").decode()


@pytest.mark.parametrize("wide", [False, True])
def test_a_label_in_a_bar_is_narrower_than_the_bar(*, wide: bool) -> None:
    results = builders.normal()
    rows = tuple(
        replace(row, counts=counts)
        for row, counts in zip(
            results.answers, itertools.cycle([(10, 9, 11, 30, 40), (7, 8, 5, 12, 68), (0, 0, 0, 0, 9)])
        )
    )
    svg = charts.distribution_figure(replace(results, answers=rows), "en", "svg", wide=wide).decode()
    bars = [tuple(map(float, bar)) for bar in BAR.findall(svg)]
    labels = [(text, float(x), float(y)) for x, y, text in LABEL.findall(svg)]
    assert {"100%", "68%", "40%"} <= {text for text, _x, _y in labels}
    for text, x, y in labels:
        widths = [right - left for left, low, right, high in bars if left < x < right and high < y < low]
        digit, percent = 5.72, 8.55  # of DejaVu Sans at 9 points
        assert widths
        assert min(widths) > digit * (len(text) - 1) + percent


def test_the_alternative_tells_what_the_picture_shows() -> None:
    alternative = charts.score_alternative(builders.demo(), "en")
    assert alternative.startswith("DEMONSTRATION DATA")
    assert "Target band 28 – 30." in alternative


def test_sixty_numbers_stay_apart_in_the_square_and_in_their_quadrants() -> None:
    rng = np.random.default_rng(1)
    points = [(n, float(x), float(y), None) for n, (x, y) in enumerate(rng.normal(0.5, 0.03, (60, 2)))]
    moved = comparison_charts._apart(points, (0.3, 0.7), (0.3, 0.7))
    step = 0.045 * 0.4
    before = {number: (share, value) for number, share, value, _quadrant in points}
    means = [sum(point[1] for point in points) / 60, sum(point[2] for point in points) / 60]
    assert len(moved) == 60
    for number, share, value, _quadrant in moved:
        assert 0.3 < share < 0.7
        assert 0.3 < value < 0.7
        sides = [(share >= means[0], value >= means[1]), tuple(map(ge, before[number], means))]
        assert sides[0] == sides[1]
    for one, two in combinations(moved, 2):
        assert abs(one[1] - two[1]) >= step - 1e-12 or abs(one[2] - two[2]) >= step - 1e-12
