"""Published versions of questionnaires."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from survey.instrument import codec
from survey.instrument.questionnaire import Questionnaire
from survey.store.db import Base
from survey.store.versions import SharedColumns, VersionColumns, Versions, library_text

DEFAULT = "dungquat_38"


class InstrumentVersion(VersionColumns, Base):
    """One published version of a questionnaire as its canonical document."""

    __tablename__ = "instrument_version"


class InstrumentVersionUnit(SharedColumns, Base):
    """That a unit published this version."""

    __tablename__ = "instrument_version_unit"

    digest: Mapped[str] = mapped_column(ForeignKey("instrument_version.digest"), primary_key=True)


_versions = Versions(
    InstrumentVersion,
    InstrumentVersionUnit,
    codec.digest,
    codec.to_json,
    codec.questionnaire_from_json,
    version_path=("instrument", "version"),
)
publish = _versions.publish
publish_from_file = _versions.publish_from_file
refuse_twin = _versions.refuse_twin
versions = _versions.all
version = _versions.row
positions_of_version = _versions.positions
questionnaire = _versions.load


def load_shipped(name: str = DEFAULT) -> Questionnaire:
    """A questionnaire that comes with the product."""
    return codec.questionnaire_from_yaml(library_text(name))
