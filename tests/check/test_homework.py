"""`tinygrad-edu check`: a stranger's file gets a clear verdict, and the marker survives it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinygrad_edu.check import zoo
from tinygrad_edu.check.homework import Limits, mark
from tinygrad_edu.check.homework.child import Child, Failed, Stopped
from tinygrad_edu.check.homework.wire import Garbled, decode, encode

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.name != "posix", reason="limits and pipes are POSIX's"),
]

EXAMPLES = Path(__file__).parents[2] / "examples" / "homework"
FAST = Limits(seconds=20, call=3.0)

START = """
import numpy as np, os, sys
inputs = {"X": np.ones((4, 3)), "Y": np.zeros((4, 2)), "W": np.arange(6.0).reshape(3, 2)}
def forward(X, Y, W):
    return 0.5 * np.sum((X @ W - Y) ** 2)
"""
RIGHT = (
    START
    + """
def backward(X, Y, W):
    return X.T @ (X @ W - Y)
"""
)


def verdict(tmp_path: Path, text: str | bytes, limits: Limits = FAST, **options: Any) -> Any:
    file = tmp_path / "work.py"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return mark(file, limits=limits, **options)


def test_right_and_wrong(tmp_path: Path) -> None:
    """The examples: right is 0, wrong is 1 and named."""
    right, wrong = mark(EXAMPLES / "right.py"), mark(EXAMPLES / "wrong.py", lang="ru")
    assert (right.code, wrong.code) == (0, 1)
    assert wrong.outcomes[0].name == "no-derivative"
    assert "забыта производная" in wrong.says("ru")
    assert mark(EXAMPLES / "regressor.py").code == 0


def test_the_teachers_forward_is_the_truth() -> None:
    """With a task the student's file needs backward alone, and its own forward is compared."""
    task = EXAMPLES / "task.py"
    assert mark(EXAMPLES / "answer.py", task).code == 0
    assert mark(EXAMPLES / "wrong.py", task).outcomes[0].name == "no-derivative"


def test_a_forward_of_ones_own_does_not_pass(tmp_path: Path) -> None:
    """A file that replaces the task's forward by an easier one is found out."""
    task = tmp_path / "task.py"
    task.write_text(RIGHT)
    easy = "def forward(X, Y, W): return W.sum()\ndef backward(X, Y, W): return W * 0 + 1\n"
    found = verdict(tmp_path, easy, task=task)
    assert found.code == 1
    assert found.outcomes[0].name == "wrong-forward"


# What the file does → the name and the code of the verdict.
HOSTILE = {
    "endless loop": (START + "def backward(X, Y, W):\n    while True: pass", "time", 2),
    "endless import": (RIGHT + "while True: pass", "time", 2),
    "memory bomb": (START + "def backward(X, Y, W): return bytearray(10**12)", "memory", 2),
    "exception": (START + "def backward(X, Y, W): return X['a']", "exception", 1),
    "sys.exit": (START + "def backward(X, Y, W): sys.exit(0)", "SystemExit", 1),
    "os._exit": (START + "def backward(X, Y, W): os._exit(0)", "died", 2),
    "recursion": (START + "def backward(X, Y, W): return backward(X, Y, W)", "exception", 1),
    "wrong shape": (START + "def backward(X, Y, W): return np.ones(7)", "unknown", 1),
    "huge answer": (START + "def backward(X, Y, W): return np.ones((3000, 4000))", "exception", 1),
    "None": (START + "def backward(X, Y, W): pass", "missing-gradient", 1),
    "NaN": (START + "def backward(X, Y, W): return W * np.nan", "not-finite", 1),
    "list": (RIGHT.replace("return X.T @ (X @ W - Y)", "return (X.T @ (X @ W - Y)).tolist()"),
             "right", 0),
    "missing function": (START, "missing-function", 2),
    "nothing": ("x = 1", "missing-function", 2),
    "syntax": ("def backward(:\n", "syntax", 2),
    "not UTF-8": (b"# caf\xe9\nx = 1\n", "encoding", 2),
    "zero byte": (b"x = 1\0\n", "syntax", 2),
    "import": ("import no_such_module", "import-fails", 2),
    "exit at import": ("raise SystemExit(0)", "import-fails", 2),
    "prints": (RIGHT + "print('x' * 10**7, flush=True)\nsys.stderr.write('y' * 10**7)", "right", 0),
    "closed descriptors": (RIGHT + "os.closerange(0, 64)", "died", 2),
    "foreign descriptor": (
        RIGHT + "for fd in range(3, 30):\n    try: os.write(fd, b'\\0' * 7 + b'\\x02{}' * 9)\n"
        "    except OSError: pass",
        "garbled",
        2,
    ),
    "fork": (START + "def backward(X, Y, W):\n    while True: os.fork()", "exception", 1),
    "shell": (START + "def backward(X, Y, W): os.system('true')", "exception", 1),
    "kills the marker": (START + "def backward(X, Y, W): os.kill(os.getppid(), 9)", "exception", 1),
    "threads": (
        RIGHT + "import threading\ntry:\n    for _ in range(5): "
        "threading.Thread(target=lambda: __import__('time').sleep(99)).start()\n"
        "except RuntimeError: pass",
        "right",
        0,
    ),
    "removes itself": (RIGHT + "os.remove(__file__)", "right", 0),
    "odd keys": (START + "def backward(X, Y, W): return {1: 2, None: W}", "missing-gradient", 1),
    "no inputs": ("inputs = 5\ndef forward(X): return X\ndef backward(X): return X", "import-fails",
                  2),
}  # fmt: skip


@pytest.mark.parametrize("name", list(HOSTILE))
def test_hostile_files(name: str, tmp_path: Path) -> None:
    """Whatever a file does, the verdict is clear, soon there, and JSON."""
    text, expected, code = HOSTILE[name]
    limits = Limits(seconds=3, call=1.0) if expected == "time" else FAST
    found = verdict(tmp_path, text, limits)
    shown = found.says("en")
    if expected == "SystemExit":
        assert "SystemExit" in shown
    else:
        assert found.outcomes[0].name == expected, shown
    assert found.code == code
    assert found.says("ru") != shown
    json.dumps(found.to_dict(), allow_nan=False)


def test_files_outside_of_the_folder_are_out_of_reach(tmp_path: Path) -> None:
    """The file cannot read or remove what lies elsewhere, nor see the marker's environment."""
    secret = tmp_path / "secret"
    secret.write_text("key")
    os.environ["A_KEY_OF_THE_MARKER"] = "secret"
    try:
        acts = (
            f"open({str(secret)!r}).read()",
            f"os.remove({str(secret)!r})",
            f"open({str(secret)!r}, 'w')",
            f"__import__('shutil').rmtree({str(tmp_path)!r})",
            "open(f'/proc/{os.getppid()}/environ').read()",
            "os.environ['A_KEY_OF_THE_MARKER']",
            "__import__('socket').create_connection(('127.0.0.1', 9))",
        )
        tries = "".join(
            f"try:\n    {act}\n    raise SystemExit({act!r})\n"
            "except (PermissionError, KeyError): pass\n"
            for act in acts
        )
        found = verdict(tmp_path, RIGHT + tries)
        assert found.code == 0, found.says("en")
    finally:
        del os.environ["A_KEY_OF_THE_MARKER"]
    assert secret.read_text() == "key"


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    """The child, its folder and its descriptors are gone after the verdict."""
    file = tmp_path / "work.py"
    file.write_text(RIGHT)
    before = len(os.listdir("/proc/self/fd"))
    with Child([file], FAST) as child:
        child.start()
        assert child.process is not None
        number, folder = child.process.pid, child.folder
    assert len(os.listdir("/proc/self/fd")) == before
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_a_child_that_died_is_started_again(tmp_path: Path) -> None:
    """The next question after a crash goes to a new process; the time that was spent is kept."""
    file = tmp_path / "work.py"
    file.write_text(START + "def backward(X, Y, W): os._exit(3)")
    with Child([file], FAST) as child:
        inputs = child.start()["inputs"]
        with pytest.raises(Stopped, match="exit code 3"):
            child.ask("gradients", inputs=inputs, params=["W"])
        assert child.ask("loss", inputs=inputs) == 4 * (6**2 + 9**2) / 2
        with pytest.raises(Failed):
            child.ask("loss", inputs={})


def test_regressors(tmp_path: Path) -> None:
    """The course's class: one that climbs and one without activation are told apart."""
    good = (EXAMPLES / "regressor.py").read_text()
    climbing = good.replace("W -= ", "W += ")
    linear = good.replace("np.tanh(z)", "z").replace("(1 - A[layer] ** 2)", "1")
    assert climbing != good != linear
    assert verdict(tmp_path, climbing).outcomes[0].name == "does-not-learn"
    assert verdict(tmp_path, linear).outcomes[0].name == "only-lines"
    shapeless = (
        "class MLPRegressor:\n    def __init__(self, **k): pass\n    def train(self, X, y): "
    )
    found = verdict(tmp_path, shapeless + "pass\n    def predict(self, X): return X\n")
    assert found.outcomes[0].name == "bad-prediction"
    found = verdict(tmp_path, "class MLPRegressor: pass")
    assert found.outcomes[0].name == "regressor-fails"


def test_the_command_line(tmp_path: Path) -> None:
    """Exit codes and the JSON report, as automatic marking reads them."""
    pytest.importorskip("click", reason="the command line's extra is not installed")
    work = tmp_path / "work.py"
    work.write_text(
        zoo.source(zoo.Architecture(), "sign") + "\n\ninputs = {'X': np.ones((4, 3)), "
        "'Y': np.eye(2)[[0, 1, 0, 1]], 'W1': np.ones((3, 4)), 'b1': np.zeros(4), "
        "'W2': np.ones((4, 2)), 'b2': np.zeros(2)}\n"
    )
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "tinygrad_edu", "check", str(work), "--json", str(report)]
    done = subprocess.run([*command, "--lang", "ru"], capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert "неверный знак" in done.stdout
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["tasks"][0]["report"]["name"] == "sign"
    assert told["code"] == 1
    missing = subprocess.run([*command[:4], str(tmp_path / "none.py")], capture_output=True)
    assert missing.returncode == 2


def test_a_folder_is_marked_at_once(tmp_path: Path) -> None:
    """Thirty files, one command: a line of counts, one report, and the worst code."""
    pytest.importorskip("click", reason="the command line's extra is not installed")
    (tmp_path / "b").mkdir()
    (tmp_path / "a.py").write_text(RIGHT)
    (tmp_path / "b" / "c.py").write_text(START + "def backward(X, Y, W): return -W")
    (tmp_path / "d.py").write_bytes(b"# caf\xe9\n")
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "tinygrad_edu", "check", "--json", str(report)]
    done = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert done.stdout.endswith("1 right, 1 wrong, 1 not judged\n")
    told = json.loads(report.read_text(encoding="utf-8"))
    assert [Path(f["file"]).name for f in told["files"]] == ["a.py", "c.py", "d.py"]
    assert [f["code"] for f in told["files"]] == [0, 1, 2]
    assert told["code"] == 1
    empty = tmp_path / "empty"
    empty.mkdir()
    done = subprocess.run([*command, str(empty)], capture_output=True, text=True)
    assert done.returncode == 2
    assert "no .py file" in done.stderr


def test_only_data_crosses_the_pipe() -> None:
    """Arrays come back as they went; objects are refused on both sides."""
    arrays = [np.arange(6.0).reshape(2, 3), np.array(1j), np.array([], np.float32), np.array(True)]
    for array in arrays:
        there = decode(encode({"a": array})[8:])["a"]
        assert there.dtype == array.dtype
        assert np.array_equal(there, array)
    for bad in (np.array([object()]), object(), {1: {2}}):
        with pytest.raises(Garbled):
            encode(bad)
    for text in (b"{", b'{"kind": "O", "array": "", "shape": [1]}', b"\xff", b"[" * 10**6):
        with pytest.raises(Garbled):
            decode(text)


def test_the_time_limit_is_kept(tmp_path: Path) -> None:
    """A loop of one second's allowance does not cost the marker ten."""
    begun = time.monotonic()
    text, *_ = HOSTILE["endless loop"]
    assert verdict(tmp_path, text, Limits(seconds=2, call=1.0)).code == 2
    assert time.monotonic() - begun < 60  # on a busy machine most of it is Python's start
