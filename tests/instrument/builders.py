"""The default questionnaire as a document that a test can break."""

import copy
from pathlib import Path
from typing import Any

import yaml

from survey.instrument import codec

SHIPPED = Path(codec.__file__).parent / "library" / "dungquat_38.yaml"
_DOCUMENT = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))


def document() -> dict[str, Any]:
    """A copy of the default questionnaire's document."""
    return copy.deepcopy(_DOCUMENT)
