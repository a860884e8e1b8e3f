"""Commands of authoring."""

from pathlib import Path

import click

from survey.instrument import codec
from survey.instrument.document import MAX_DOCUMENT_BYTES
from survey.instrument.problem import InstrumentError
from survey.store import questionnaires
from survey.web.command_line import FILE, command, exit_with_error
from survey.web.context import database, now
from survey.web.document_problems import problem_line


@command("publish-questionnaire")
@click.argument("file", type=FILE)
@click.option("--check", is_flag=True, help="Store nothing; only say whether the file is in order.")
def publish_questionnaire(file: Path, *, check: bool) -> None:
    """Publish a questionnaire from its YAML or JSON file and print its digest."""
    try:
        if (n_bytes := file.stat().st_size) > MAX_DOCUMENT_BYTES:
            exit_with_error(f"{file} has {n_bytes} bytes; the most is {MAX_DOCUMENT_BYTES}; shorten it")
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        exit_with_error(f"{file}: not UTF-8 text at byte {error.start}; save it as UTF-8")
    except OSError as error:
        exit_with_error(f"{file} cannot be read: {error.strerror}")
    published_at = now()
    try:
        questionnaire = codec.questionnaire_to_publish(text)
        database().read(lambda s: questionnaires.refuse_twin(s, questionnaire))
        if not check:
            database().write(lambda s: questionnaires.publish_from_file(s, questionnaire, now=published_at))
    except InstrumentError as error:
        exit_with_error(f"{file}: {problem_line(error, text)}")
    click.echo(codec.digest(questionnaire))
