"""The folder that a Docker space is made of: what it asks for and starts is what there is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
SPACE = ROOT / "examples" / "space"


def test_the_command_is_one_of_ours() -> None:
    """Every option of the container's command is known to `tinygrad-edu draw`; the port agrees."""
    line = re.search(r"^CMD (.*)$", (SPACE / "Dockerfile").read_text("utf-8"), re.M)
    assert line
    command = json.loads(line[1])
    assert command[:2] == ["tinygrad-edu", "draw"]
    done = subprocess.run(
        [sys.executable, "-m", "tinygrad_edu", "draw", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert all(word in done.stdout for word in command[2:] if word.startswith("--"))
    port = command[command.index("--port") + 1]
    assert f"app_port: {port}\n" in (SPACE / "README.md").read_text("utf-8")


def test_the_requirements_are_those_of_the_package() -> None:
    """What the page needs, and no version that the package does not ask for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = {*project["dependencies"], *extras["app"], *extras["cli"], *extras["save"]}
    asked |= set(extras["see"])
    wanted = set((SPACE / "requirements.txt").read_text("utf-8").split())
    assert wanted == {name for name in asked if not name.startswith("tinygrad-edu")}
