"""`flask survey` as a test runs it."""

from click.testing import Result
from flask import Flask


def run(app: Flask, *arguments: object) -> Result:
    """`flask survey` with these arguments."""
    return app.test_cli_runner().invoke(args=["survey", *map(str, arguments)])


def refusal(result: Result) -> str:
    """The one line on stderr of a refused input."""
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    return result.stderr
