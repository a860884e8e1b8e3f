"""Every migration runs up, down and up again, and the schema equals the declared one."""

import importlib
import json
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

import survey.store
from survey.instrument import codec
from survey.instrument.questionnaire import Text
from survey.store import migrate
from survey.store.db import Base, Database
from survey.store.fieldwork import Desk
from survey.store.responses import ResponseRow
from survey.store.units import Unit
from tests.builders import QUESTIONNAIRE
from tests.end_to_end.server import ROOT, bare_environment
from tests.postgres import create_database

for _module in pkgutil.iter_modules(survey.store.__path__, "survey.store."):
    importlib.import_module(_module.name)  # each declares its tables
_MIGRATIONS = Path(migrate.__file__).resolve().parents[2] / "migrations"


@pytest.fixture
def bare(backend: tuple[str, Path], tmp_path: Path) -> Database:
    """An empty database."""
    kind, server = backend
    if kind == "sqlite":
        return Database(f"sqlite:///{tmp_path / 'bare.sqlite3'}")
    return Database(create_database(server, f"bare_{tmp_path.parent.name}_{tmp_path.name}".replace("-", "_")))


def test_each_migration_goes_up_down_and_up_again(bare: Database) -> None:
    revisions = [script.revision for script in ScriptDirectory(str(_MIGRATIONS)).walk_revisions()][::-1]
    for revision, before in zip(revisions, ["base", *revisions], strict=False):
        migrate.upgrade(bare, revision)
        migrate.downgrade(bare, before)
        migrate.upgrade(bare, revision)
        assert migrate.current(bare) == revision
    migrate.downgrade(bare, "base")
    assert set(inspect(bare.engine).get_table_names()) <= {"alembic_version"}
    bare.dispose()


def test_names_of_desks_survive_their_move_to_translations(bare: Database) -> None:
    before = "2026_11_24_desk_units"
    migrate.upgrade(bare, before)
    with bare.engine.begin() as connection:
        connection.execute(text("INSERT INTO desk (name, name_en) VALUES ('Quầy \"1\"', 'Desk “1”')"))
        connection.execute(text("INSERT INTO unit (name, name_en) VALUES ('Sở A', 'Sở A')"))
    migrate.upgrade(bare)
    with Session(bare.engine) as session:
        assert session.scalars(select(Desk)).one().names == Text({"vi": 'Quầy "1"', "en": "Desk “1”"})
        unit = session.scalars(select(Unit).where(Unit.parent_id.is_not(None))).one()
        assert unit.names == Text({"vi": "Sở A", "en": "Sở A"})
    migrate.downgrade(bare, before)
    with bare.engine.connect() as connection:
        assert connection.execute(text("SELECT name, name_en FROM desk")).all() == [('Quầy "1"', "Desk “1”")]
        assert connection.execute(text("SELECT name, name_en FROM unit")).all() == [("Sở A", "Sở A")]
    bare.dispose()


@pytest.mark.parametrize(("published_at", "valid"), [(None, [1]), ("2026-11-01 00:00:00", [])])
def test_stored_forms_are_judged_anew_unless_their_results_are_published(
    bare: Database, published_at: str | None, valid: list[int]
) -> None:
    migrate.upgrade(bare, "0017_create_installation_facts")
    keys = [criterion.key for criterion in QUESTIONNAIRE.scored_criteria]
    forms = {1: {**dict.fromkeys(keys[:7], 4), keys[7]: "na"}, 2: dict.fromkeys(keys[:7], 4)}
    with Session(bare.engine) as session:
        digest = codec.digest(QUESTIONNAIRE)
        session.execute(
            text(
                "INSERT INTO instrument_version (digest, key, version, document, published_at)"
                " VALUES (:digest, 'k', 1, :document, '2026-10-01 00:00:00')"
            ),
            {"digest": digest, "document": codec.to_json(QUESTIONNAIRE)},
        )
        values = {"digest": digest, "published_at": published_at}
        session.execute(
            text(
                "INSERT INTO campaign (id, key, name, instrument_digest, opens_on, closes_on, is_demo,"
                " populations, created_at, published_at) VALUES (1, 'k', 'K', :digest, '2026-10-01',"
                " '2026-10-31', false, '{}', '2026-10-01 00:00:00', :published_at)"
            ),
            values,
        )
        session.execute(text("INSERT INTO desk (id, name, translations) VALUES (1, 'D', '{}')"))
        session.execute(text("INSERT INTO collector (id, code, campaign_id, desk_id) VALUES (1, 'c', 1, 1)"))
        for number, answers in forms.items():
            session.execute(
                text(
                    "INSERT INTO response (id, submission_id, receipt_hash, campaign_id, collector_id,"
                    " instrument_digest, language, mode, received_at, is_complete, answers, is_folded)"
                    " VALUES (:id, :hash, :hash, 1, 1, :digest, 'vi', 'self', '2026-10-02 00:00:00',"
                    " false, :answers, true)"
                ),
                {"id": number, "hash": str(number), "digest": digest, "answers": json.dumps(answers)},
            )
        session.execute(
            text(
                "INSERT INTO rollup (campaign_id, made_for, time_zone, crossings, languages, modes,"
                " incomplete) VALUES (1, 'x', 'UTC', '[]', '{}', '{}', 2)"
            )
        )
        session.commit()
    migrate.upgrade(bare)
    with Session(bare.engine) as session:
        rows = session.scalars(select(ResponseRow).order_by(ResponseRow.id)).all()
        assert [row.id for row in rows if row.is_complete] == valid
        made_for = session.scalars(text("SELECT made_for FROM rollup")).one()
        assert made_for == ("" if valid else "x")
    migrate.downgrade(bare, "0017_create_installation_facts")
    with bare.engine.connect() as connection:
        assert connection.execute(text("SELECT id FROM response WHERE is_complete")).all() == []
    bare.dispose()


def test_the_migrated_schema_is_the_declared_one(bare: Database) -> None:
    migrate.upgrade(bare)
    with bare.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    bare.dispose()


def test_migrations_are_numbered_in_their_order() -> None:
    scripts = list(ScriptDirectory(str(_MIGRATIONS)).walk_revisions())[::-1]
    for number, script in enumerate(scripts, 1):
        name = Path(script.path).stem
        assert re.fullmatch(rf"{number:04}_(create|add|change|remove|fill|require)_[a-z_]+", name)
        # The first thirteen have ids by date, which databases hold; later ids are the name of the file.
        if number > 13:
            assert script.revision == name, f'{name}.py: write revision = "{name}"'
        else:
            assert script.revision.startswith("2026_11_24_")


def test_a_migration_imports_nothing_of_the_product() -> None:
    for path in (_MIGRATIONS / "tables.py", *(_MIGRATIONS / "versions").glob("*.py")):
        assert "survey." not in path.read_text(encoding="utf-8"), path.name


def test_migrations_are_loaded_from_any_working_directory(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from survey.store import migrate; print(migrate.head())"]
    environment = bare_environment() | {"PYTHONPATH": str(ROOT)}
    printed = subprocess.check_output(command, cwd=tmp_path, env=environment, text=True)  # noqa: S603
    assert printed.strip() == migrate.head()
