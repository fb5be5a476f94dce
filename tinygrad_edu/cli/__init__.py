"""The command line: `tinygrad-edu train`.

What a person typed wrongly, a file that cannot be used, a training that diverged: each is one line
on stderr and the exit code 2, without a traceback. Ctrl-C ends with the code 130, as in every Unix
program.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ..errors import TinygradEduError

__all__ = ["main"]


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line with `args` (the process's own by default); the exit code."""
    for stream in sys.stdout, sys.stderr:
        if hasattr(stream, "reconfigure"):  # a console that lacks a letter shows "?", and works on
            stream.reconfigure(errors="replace")
    try:
        import click

        from .commands import cli
    except ImportError as error:
        if error.name not in ("click", "tqdm"):
            raise
        return _refuse(
            f"the command line needs {error.name}, which is not installed. Install it: "
            "pip install 'tinygrad-edu[cli]'"
        )
    try:
        return cli.main(args, prog_name="tinygrad-edu", standalone_mode=False) or 0
    except click.ClickException as error:
        return _refuse(error.format_message() + " See: tinygrad-edu --help")
    except TinygradEduError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{error.filename or 'the operating system'}: {error.strerror or error}")
    except (KeyboardInterrupt, click.Abort):
        return 130


def _refuse(message: str) -> int:
    """Say in one line what is wrong."""
    print("tinygrad-edu:", " ".join(message.split()), file=sys.stderr)
    return 2
