import re
import tomllib

from tests.docs.pages import text_of


def test_the_newest_version_of_the_changelog_is_that_of_the_project() -> None:
    versions = re.findall(
        r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", text_of("CHANGELOG.md"), re.MULTILINE
    )
    assert versions[0] == tomllib.loads(text_of("pyproject.toml"))["project"]["version"]
    assert versions == sorted(versions, reverse=True, key=lambda v: [int(n) for n in v.split(".")])
