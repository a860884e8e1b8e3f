"""A copy of the project that a test may change, and its application in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

_START = """
import os
from survey import create_app
app = create_app()
runner, client = app.test_cli_runner(), app.test_client()
setup = runner.invoke(args=["survey", "setup", "--demo"]).stdout
sign_ins = dict(line.split("\\t") for line in setup.splitlines())
def token(page):
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]
def sign_in(client, username, password):
    page = client.get("/office/sign-in").text
    form = {"username": username, "password": password, "csrf_token": token(page)}
    return client.post("/office/sign-in", data=form).status_code == 303
assert sign_in(client, "admin", sign_ins["admin"])
"""


def run_in(project: Path, check: str) -> None:
    """Start the application of a copy and check it."""
    environment = {**os.environ, "INSTANCE_PATH": str(project / "instance"), "HELP_DESK": "0255 3825 825"}
    environment.pop("DATABASE_URL", None)
    program = [sys.executable, "-c", _START + check]
    done = subprocess.run(program, cwd=project, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr[-3000:]
