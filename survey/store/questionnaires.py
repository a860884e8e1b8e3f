"""Published versions of questionnaires."""

from survey.instrument import codec
from survey.instrument.questionnaire import Questionnaire
from survey.store.db import Base
from survey.store.versions import VersionColumns, Versions, library_text

DEFAULT = "dungquat_38"


class InstrumentVersion(VersionColumns, Base):
    """One published version of a questionnaire as its canonical document."""

    __tablename__ = "instrument_version"


_versions = Versions(
    InstrumentVersion,
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
questionnaire = _versions.load


def load_shipped(name: str = DEFAULT) -> Questionnaire:
    """A questionnaire that comes with the product."""
    return codec.questionnaire_from_yaml(library_text(name))
