"""The parts of the phone's script give the right answers; together they are tried in tests/end_to_end."""

import shutil
import subprocess
from pathlib import Path

import pytest

NODE = shutil.which("node")


@pytest.mark.skipif(
    NODE is None, reason="node is not installed, so the parts of the script are not tested alone"
)
def test_the_parts_of_the_script() -> None:
    command = [str(NODE), "--test", "--test-reporter=tap", str(Path(__file__).with_name("scripts_test.js"))]
    run = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)  # noqa: S603
    assert run.returncode == 0, run.stdout
    assert "# pass 0" not in run.stdout
