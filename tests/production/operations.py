"""The examples of docs/operations.md, as the tests run them."""

import re

from tests.docs.pages import section, table_columns, text_of

DOCUMENT = "docs/operations.md"


def block(language: str) -> str:
    """The only block of code of a language, "" for one without."""
    blocks = re.findall(
        rf"^```{language}\n(.*?)^```$", _without_other_blocks(language), re.DOTALL | re.MULTILINE
    )
    assert len(blocks) == 1, f"{DOCUMENT} has {len(blocks)} blocks of {language or 'no language'}"
    return str(blocks[0])


def _without_other_blocks(language: str) -> str:
    """The document without the blocks of other languages, whose ends look like a block without any."""
    return re.sub(rf"^```(?!{language}$)\w+\n.*?^```$", "", text_of(DOCUMENT), flags=re.DOTALL | re.MULTILINE)


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
    text = block("nginx")
    assert text.count("127.0.0.1:8000") == 1
    return text.replace("127.0.0.1:8000", f"127.0.0.1:{port}")


def cron_command(folder: str, programs: str) -> tuple[list[str], str]:
    """The five fields of the time in the line for cron, and its command on this tree and its programs."""
    *times, command = block("").strip().split(maxsplit=5)
    assert "cd /srv/survey && " in command
    assert " .venv/bin/" in command
    return times, command.replace("/srv/survey", folder).replace(".venv/bin", programs)
