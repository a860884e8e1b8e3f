"""What SPSS takes: names that are no words of its language, labels that stay apart, the whole file label."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyreadstat
from flask import Flask
from flask.testing import FlaskClient

from survey.instrument.questionnaire import Text
from survey.reports.codebook import Code, Variable
from survey.reports.files.responses import write_sav
from survey.reports.microdata import Microdata, microdata
from survey.store import fieldwork
from tests.builders import database_of
from tests.conftest import SECRET

LONG = "Hướng dẫn " * 20
NAMES = ("by", "ALL", "not", "not_", "with", "q1")


def data_with(app: Flask, name: str) -> Microdata:
    """Response files with variables of these names, and a campaign of this name."""
    codes = tuple(Code(value, str(value), Text({"vi": f"{LONG}{value}"})) for value in (1, 2, 3))
    variables = tuple(Variable(key, Text({"vi": key}), "code", codes) for key in NAMES)
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    whole = database_of(app).read(
        lambda s: microdata(
            s, fieldwork.campaign_by_key(s, "demo"), secret=SECRET, time_zone=zone, made_at=datetime.now(UTC)
        )
    )
    return replace(whole, variables=variables, campaign_name=name)


def labels_of(meta: object) -> Mapping[str, Mapping[int, str]]:
    labels: Mapping[str, Mapping[int, str]] = meta.variable_value_labels  # type: ignore[attr-defined]
    return labels


def test_words_of_spss_are_no_names_and_no_two_names_are_the_same(demo_app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "r.sav"
    write_sav(data_with(demo_app, "x"), [(1, 2, 3, 1, 2, 3)], "vi", path)
    frame, _meta = pyreadstat.read_sav(path)
    assert list(frame.columns) == ["by_", "ALL_", "not__", "not_", "with_", "q1"]
    assert frame.iloc[0].tolist() == [1, 2, 3, 1, 2, 3]


def test_labels_that_are_cut_stay_apart(demo_app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "r.sav"
    write_sav(data_with(demo_app, "x"), [(1, 2, 3, 1, 2, 3)], "vi", path)
    _frame, meta = pyreadstat.read_sav(path)
    labels = labels_of(meta)["q1"]
    assert len(set(labels.values())) == 3
    assert all(len(label.encode()) <= 119 for label in labels.values())
    assert all(label.endswith(f"({int(value)})") for value, label in labels.items())


def test_the_label_of_the_file_is_as_long_as_spss_takes(demo_app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "r.sav"
    name = "Khảo sát mức độ hài lòng năm 2026, Khu kinh tế Dung Quất và các KCN"
    write_sav(data_with(demo_app, name), [(1, 2, 3, 1, 2, 3)], "vi", path)
    _frame, meta = pyreadstat.read_sav(path)
    assert meta.file_label
    assert name.startswith(meta.file_label)
    assert len(meta.file_label.encode()) > 60


def test_the_codebook_names_the_file_that_is_downloaded(administrator: FlaskClient) -> None:
    for language in ("vi", "en"):
        book = administrator.get(f"/office/campaigns/demo/summary.ddi?in={language}")
        data = administrator.get(f"/office/campaigns/demo/responses.csv?in={language}")
        name = data.headers["Content-Disposition"].partition("filename=")[2]
        assert f"<fileName>{name}</fileName>" in book.text
