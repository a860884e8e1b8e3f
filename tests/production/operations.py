"""The examples of docs/operations.md, as the tests run them."""

import re

from tests.docs.pages import section, table_columns, text_of

DOCUMENT = "docs/operations.md"


def blocks(language: str) -> list[str]:
    """The blocks of code of a language, as the document writes them."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text_of(DOCUMENT), re.DOTALL | re.MULTILINE)


def variables() -> set[str]:
    """The names of the table of settings."""
    rows = table_columns(section(DOCUMENT, "## Start"))
    return {name for names, *_ in rows for name in re.findall(r"`(\w+)`", names)}


def value_said(name: str) -> str:
    """The value that a sentence tells an operator to give a variable: `NAME=value`."""
    values = set(re.findall(rf"`{name}=([^`]+)`", text_of(DOCUMENT)))
    assert len(values) == 1, f"{DOCUMENT} says {name}= with {sorted(values)}"
    return str(values.pop())


def nginx_location(port: int) -> str:
    """The block for nginx, in front of a server at another port than the document's."""
    [text] = blocks("nginx")
    assert text.count("127.0.0.1:8000") == 1
    return text.replace("127.0.0.1:8000", f"127.0.0.1:{port}")


def cron_command(command: str, folder: str, programs: str) -> tuple[list[str], str]:
    """The five fields of the time in the line for cron of a command of `flask survey`, and its command here.

    Here is this tree, `folder`, with its programs in the folder `programs`.
    """
    [line] = [line for line in blocks("cron") if line.strip().endswith(f" survey {command}")]
    *times, runs = line.strip().split(maxsplit=5)
    assert "cd /srv/survey && " in runs
    assert " .venv/bin/" in runs
    return times, runs.replace("/srv/survey", folder).replace(".venv/bin", programs)
