"""The command line does the main job, and answers what it cannot do with one line."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.data.archives import write_npz

pytest.importorskip("click", reason="the command line's extra is not installed")
pytest.importorskip("tqdm", reason="the command line's extra is not installed")
pytest.importorskip("safetensors", reason="the command line's extra is not installed")

from tinygrad_edu.cli import main

ROOT = Path(__file__).parents[1]
VARIABLE = "TINYGRAD_EDU_DATA"


@pytest.fixture(autouse=True)
def _folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test runs in an empty folder."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


def accuracy(output: str) -> float:
    """The number in the last line, in percent."""
    found = re.search(r"test accuracy: ([\d.]+) %", output.splitlines()[-1])
    assert found, output
    return float(found[1])


def test_the_main_job(capsys: pytest.CaptureFixture[str]) -> None:
    """Without arguments the digits are learned to 97 %, with model, record, curves and a result."""
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    assert main(["train"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "data: digits, 1442 to learn from, 355 to test on"
    assert lines[1].startswith("network: 64-256-128-10, relu, 50826 parameters; adam")
    epochs = [line for line in lines if line.startswith("epoch")]
    assert len(epochs) == 30
    number = r"loss \d\.\d{4}, accuracy +\d+\.\d\d %"
    assert all(re.search(rf"train: {number}  \|  test: {number}", line) for line in epochs)
    assert accuracy(lines[-1]) >= 97
    folder = Path("runs/digits-1")
    assert sorted(os.listdir(folder)) == ["curves.png", "history.json", "model.safetensors"]
    assert all(any(str(folder / name) in line for line in lines) for name in os.listdir(folder))


def test_every_run_has_a_folder_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """A second run leaves the first one's results alone; `--out` names the folder."""
    args = ["train", "--epochs", "1", "--hidden", "8", "--no-plot"]
    for _ in range(2):
        assert main(args) == 0
    assert sorted(os.listdir("runs")) == ["digits-1", "digits-2"]
    assert main([*args, "--out", "somewhere/else"]) == 0
    assert sorted(os.listdir("somewhere/else")) == ["history.json", "model.safetensors"]


def test_the_options_reach_the_training(capsys: pytest.CaptureFixture[str]) -> None:
    """What was asked for is what the record says was done."""
    args = "--hidden 20,10 --optimizer momentum --lr 0.05 --batch-size 16 --epochs 2 --seed 5"
    more = "--activation tanh --schedule constant --label-smoothing 0 --no-plot --quiet --out o"
    assert main(["train", *args.split(), *more.split()]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    settings = json.loads(Path("o/history.json").read_text())["settings"]
    assert settings == {
        "data": "digits",
        "layers": "64-20-10-10",
        "hidden": [20, 10],
        "activation": "tanh",
        "augment": False,
        "dropout": 0.0,
        "init": "default",
        "weight_decay": None,
        "optimizer": "momentum",
        "lr": 0.05,
        "schedule": "constant",
        "batch_size": 16,
        "epochs": 2,
        "label_smoothing": 0.0,
        "seed": 5,
    }


def test_the_saved_model_is_the_one_that_was_judged(capsys: pytest.CaptureFixture[str]) -> None:
    """Loaded again, the model has the accuracy of the last line."""
    from tinygrad_edu.data import digits
    from tinygrad_edu.lab import load_model

    assert main(["train", "--epochs", "3", "--no-plot", "--quiet", "--out", "o"]) == 0
    data = digits()
    scores = load_model("o/model.safetensors")(data.x_test).detach().numpy()
    right = (scores.argmax(1) == data.y_test.numpy()).mean()
    assert accuracy(capsys.readouterr().out) == pytest.approx(100 * right, abs=0.01)


def test_the_same_seed_gives_the_same_model() -> None:
    """Two runs with one seed write the same bytes, and another seed others."""
    args = ["train", "--epochs", "1", "--hidden", "8", "--no-plot", "--quiet"]
    for seed, out in (("1", "a"), ("1", "b"), ("2", "c")):
        assert main([*args, "--seed", seed, "--out", out]) == 0
    a, b, c = (Path(out, "model.safetensors").read_bytes() for out in "abc")
    assert a == b
    assert a != c


def test_the_number_of_threads_changes_no_model() -> None:
    """A wide network is multiplied by one thread, so that another machine gets the same sums."""
    command = [sys.executable, "-m", "tinygrad_edu", "train", "--epochs", "1", "--no-plot"]
    unset = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    models = []
    for name, threads in (("one", {"OPENBLAS_NUM_THREADS": "1"}), ("any", {})):
        options = ["--hidden", "600,600", "--batch-size", "128", "--out", name]
        subprocess.run([*command, *options], env=unset | threads, check=True, capture_output=True)
        models.append(Path(name, "model.safetensors").read_bytes())
    assert models[0] == models[1]


def test_russian(capsys: pytest.CaptureFixture[str]) -> None:
    """With `--lang ru` every line is Russian."""
    assert main(["train", "--epochs", "1", "--hidden", "8", "--no-plot", "--lang", "ru"]) == 0
    output = capsys.readouterr().out
    for word in ("данные:", "сеть:", "эпоха 1/1", "обучение: потери", "точность на тесте:"):
        assert word in output
    for word in ("train:", "loss", "accuracy", "model:"):
        assert word not in output


def test_a_file_in_mnists_layout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--data PATH` takes a file or its folder."""
    path = write_npz(tmp_path / "mnist.npz")
    for place in (path, tmp_path):
        args = ["train", "--data", str(place), "--epochs", "1", "--no-plot", "--out", "o"]
        assert main(args) == 0
        assert "784-128-64-10" in capsys.readouterr().out


def test_without_matplotlib_the_training_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The model is saved, the missing package is named once, and the exit code is 0."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert main(["train", "--epochs", "1", "--hidden", "8", "--out", "o"]) == 0
    captured = capsys.readouterr()
    assert captured.err.count("pip install 'tinygrad-edu[plot]'") == 1
    assert sorted(os.listdir("o")) == ["history.json", "model.safetensors"]
    assert accuracy(captured.out) > 0


def test_without_safetensors_nothing_begins(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A model that could not be saved is not trained."""
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    assert main(["train"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "pip install 'tinygrad-edu[cli]'" in captured.err


def test_without_click_there_is_a_clear_word() -> None:
    """With NumPy alone the command says what to install."""
    code = (
        "import sys; sys.modules['click'] = None; from tinygrad_edu.cli import main; "
        "sys.exit(main(['train']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 2
    assert done.stderr.strip() == (
        "tinygrad-edu: the command line needs click, which is not installed. Install it: "
        "pip install 'tinygrad-edu[cli]'"
    )


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["trian"], "No such command 'trian'"),
        (["train", "--epoch-count", "3"], "No such option"),
        (["train", "--epochs", "0"], "0 is not in the range"),
        (["train", "--epochs", "many"], "'many' is not a valid integer"),
        (["train", "--batch-size", "-1"], "-1 is not in the range"),
        (["train", "--lr", "0"], "0 should be a finite number above 0"),
        (["train", "--lr", "nan"], "nan should be a finite number above 0"),
        (["train", "--lr", "inf"], "inf should be a finite number above 0"),
        (["train", "--hidden", "128;64"], "'128;64' should be whole numbers"),
        (["train", "--hidden", "128,0"], "'128,0' should be whole numbers"),
        (["train", "--hidden", "9" * 30], "should be whole numbers"),
        (["train", "--optimizer", "adamm"], "'adamm' is not one of"),
        (["train", "--activation", "x"], "'x' is not one of"),
        (["train", "--label-smoothing", "1"], "is not in the range"),
        (["train", "--lang", "de"], "'de' is not one of"),
        (["train", "extra"], "unexpected extra argument"),
        (["train", "--data", "nowhere.npz"], "there is no file or folder nowhere.npz"),
        (["train", "--data", "Mnist"], "there is no file or folder Mnist"),
        (["train", "--data", "."], "holds no mnist.npz"),
        (["train", "--data", "text.npz"], "text.npz cannot be used"),
        (["train", "--out", "text.npz"], "is a file"),
        (["train", "--out", "text.npz/deeper"], "text.npz is not a folder"),
        (["train", "--optimizer", "sgd", "--lr", "1e30", "--hidden", "8"], "smaller learning rate"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    args: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is wrong is said in one line on stderr, without a traceback; nothing is written."""
    Path("text.npz").write_text("no archive")
    assert main(args) == 2
    error = capsys.readouterr().err
    assert error.startswith("tinygrad-edu: ")
    assert error.count("\n") == 1
    assert message in error
    assert os.listdir() == ["text.npz"]


def test_a_missing_mnist_says_where_to_put_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the file and without a network, the line names the ways to give it."""
    from urllib.error import URLError

    from tinygrad_edu.data import download

    def offline(url: str) -> None:
        raise URLError("no network")

    monkeypatch.delenv(VARIABLE, raising=False)
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    monkeypatch.setattr(download, "open_https", offline)
    assert main(["train", "--data", "mnist"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    for word in ("no network", "mnist.npz", "--data PATH", VARIABLE):
        assert word in error


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    """The bare command and `--help` explain themselves; `--version` is one line."""
    for args in ([], ["--help"], ["train", "--help"]):
        assert main(args) == 0
        assert "Usage: tinygrad-edu" in capsys.readouterr().out
    assert main(["--version"]) == 0
    assert re.fullmatch(r"tinygrad-edu \S.*\n", capsys.readouterr().out)


@pytest.mark.parametrize("command", ["train", "check", "compare", "lab", "draw", "predict"])
def test_the_help_of_a_command_shows_no_marks_of_its_source(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What keeps lines apart in the source is not printed."""
    main([command, "--help"])
    told = capsys.readouterr().out
    assert "Usage:" in told
    assert "\\b" not in told and "\b" not in told


def test_python_dash_m() -> None:
    """`python -m tinygrad_edu` is the same command, and passes on its exit code."""
    for args, code in ((["--version"], 0), (["train", "--lr", "-1"], 2)):
        done = subprocess.run(
            [sys.executable, "-m", "tinygrad_edu", *args],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code
        assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="sends a Unix signal")
def test_ctrl_c_saves_what_was_learned() -> None:
    """Interrupted, the training ends with code 130, a model, its record, and no noise."""
    args = ["train", "--epochs", "100000", "--hidden", "8", "--no-plot", "--out", "o"]
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "tinygrad_edu", *args],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("epoch 2/") or re.match(r"epoch +3/", line):
            break
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    output, error = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in error
    assert "Stopped; what has been learned so far is saved." in error
    assert accuracy(output) > 0
    assert sorted(os.listdir("o")) == ["history.json", "model.safetensors"]


@pytest.mark.mnist
@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get(VARIABLE), reason=f"{VARIABLE} does not name MNIST's place")
def test_mnist(capsys: pytest.CaptureFixture[str]) -> None:
    """784-128-64-10 with Adam reads at least 97.8 % of MNIST's test pictures after 10 epochs."""
    assert main(["train", "--data", "mnist", "--no-plot", "--out", "o"]) == 0
    output = capsys.readouterr().out
    assert "784-128-64-10" in output
    assert accuracy(output) >= 97.8
