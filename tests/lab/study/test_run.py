"""Studies that are run: the same numbers by any workers, nothing twice, nothing lost."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.lab_kill.__main__ import numbers
from tinygrad_edu.errors import ArgumentError, DataError, NotInstalled, SaveError, WorkerError
from tinygrad_edu.lab.study import Experiment, Grid, Results, load_results, preset, run
from tinygrad_edu.lab.study.parent import enrol
from tinygrad_edu.lab.study.queue import Queue
from tinygrad_edu.lab.study.results import DATABASE, NAME
from tinygrad_edu.lab.study.storage import open_storage, open_study, sqlite_url
from tinygrad_edu.lab.study.training import train

pytestmark = pytest.mark.long

pytest.importorskip("optuna", reason="optuna is not installed")

SMALL = Experiment(Grid(("sgd", "adam"), (0.1, 1e25), (64,), ((8,),), dropout=(0.2,)), epochs=2)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Results]:
    """A small study with two workers; half of it diverges."""
    folder = tmp_path_factory.mktemp("lab") / "study"
    return folder, run(SMALL, folder, workers=2, progress=False)


def test_workers_change_nothing(done: tuple[Path, Results]) -> None:
    """Two workers find, bit for bit, the curves that this process finds by itself, and so does one
    worker, and so do three.
    """
    folder, results = done
    for workers in (1, 3):
        others = run(SMALL, folder.parent / f"{workers} workers", workers=workers, progress=False)
        assert numbers(others) == numbers(results)
    for found in results:
        alone = train(SMALL, found.setting)["epochs"]
        for row in [*alone, *found.epochs]:
            row.pop("seconds", None)
        assert found.epochs == alone
    assert results.complete


def test_divergence_is_a_result(done: tuple[Path, Results]) -> None:
    """A rate of 1e25 diverges; that is recorded with its reason, and the others are finished."""
    _, results = done
    assert [run.diverged for run in results] == [False, True, False, True]
    assert "smaller learning rate" in results.where(lr=1e25)[0].reason
    assert results.where(lr=1e25)[0].final is None
    assert all(len(run.epochs) == 2 for run in results.where(lr=0.1))


def test_far_above_guessing_is_divergence() -> None:
    """A rate of a million leaves numbers, but such that guessing is better: that has diverged."""
    setting = {**SMALL.grid.settings()[0], "lr": 1e6}
    found = train(SMALL, setting)
    assert found["outcome"] == "diverged"
    assert "where guessing has 2.3" in found["reason"]
    assert len(found["epochs"]) == 2


def test_nothing_finished_is_run_again(done: tuple[Path, Results]) -> None:
    """The same command on a finished study starts no worker and changes no trial."""
    folder, results = done
    before = open_storage(sqlite_url(folder / DATABASE)).get_all_trials(1)
    again = run(SMALL, folder, progress=False)
    assert [t.datetime_complete for t in before] == [
        t.datetime_complete for t in open_storage(sqlite_url(folder / DATABASE)).get_all_trials(1)
    ]
    assert numbers(again).keys() == numbers(results).keys()


def test_results_are_read_again(done: tuple[Path, Results]) -> None:
    """The storage, and the files where the storage is gone, give the same runs; CSV and pandas have
    a row for each.
    """
    folder, _ = done
    stored = load_results(folder)
    (folder / DATABASE).rename(folder / "elsewhere")
    assert load_results(folder) == stored
    (folder / "elsewhere").rename(folder / DATABASE)
    assert len((folder / "runs.csv").read_text().splitlines()) == 5
    frame = stored.frame()
    assert list(frame["optimizer"]) == ["sgd", "sgd", "adam", "adam"]
    assert len(stored.frame(curves=True)) == 4


def test_a_study_of_another_shape_is_refused(done: tuple[Path, Results]) -> None:
    """Other settings in the same folder are refused by name, and nothing is lost."""
    folder, results = done
    with pytest.raises(DataError, match=r"another shape.*epochs 2, not 3"):
        run(Experiment(SMALL.grid, epochs=3), folder, progress=False)
    assert len(load_results(folder)) == len(results)


def test_places_that_cannot_be_used(tmp_path: Path) -> None:
    """A file in the folder's place, a storage that is not there or no address, no workers: each is
    one error before any work.
    """
    (tmp_path / "file").write_text("")
    with pytest.raises(SaveError):
        run(SMALL, tmp_path / "file" / "study", progress=False)
    for url in ("postgresql+psycopg2://lab:secret@127.0.0.1:1/none", "no address"):
        with pytest.raises((DataError, NotInstalled), match="storage") as refused:
            run(SMALL, tmp_path / "study", storage=url, progress=False)
        assert "secret" not in str(refused.value)
    assert not (tmp_path / "study").exists()
    with pytest.raises(ArgumentError, match="workers=0"):
        run(SMALL, tmp_path / "study", workers=0)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / DATABASE).write_bytes(b"no database" * 100)
    with pytest.raises(DataError, match="cannot be used"):
        run(SMALL, tmp_path / "broken", progress=False)


def test_a_worker_that_breaks_off_says_why(tmp_path: Path) -> None:
    """An error in a worker ends the study with the worker's own words, and is not tried again."""
    data = tmp_path / "small.npz"
    x, y = np.zeros((20, 28, 28), np.uint8), np.arange(20) % 10
    np.savez(data, x_train=x, y_train=y, x_test=x, y_test=y)
    experiment = Experiment(SMALL.grid, str(data), epochs=1)
    run(Experiment(Grid(("sgd",), (0.1,), (64,), ((8,),)), str(data), 1), tmp_path / "whole")
    data.unlink()  # this process has read it, its workers cannot
    with pytest.raises(WorkerError, match=r"worker broke off: .*small\.npz") as refused:
        run(experiment, tmp_path / "study", workers=1, progress=False)
    assert "storage" not in str(refused.value)


def test_what_a_sampler_needs_is_asked_for_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sampler whose package is missing is refused by that name, and no study is begun."""
    monkeypatch.setitem(sys.modules, "cmaes", None)
    with pytest.raises(NotInstalled, match=r"'cmaes' needs cmaes.*tinygrad-edu\[search\]"):
        run(Experiment(SMALL.grid, search=2, sampler="cmaes"), tmp_path / "study", progress=False)
    assert not (tmp_path / "study").exists()


def test_a_full_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk has no room for a study, none is begun."""
    usage: Any = type("usage", (), {"free": 1000})
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    with pytest.raises(SaveError, match="0 MB left"):
        run(SMALL, tmp_path / "study", progress=False)
    assert not (tmp_path / "study").exists()


def test_two_cannot_claim_one_trial(tmp_path: Path) -> None:
    """Of many that claim at once, each trial is given to one; a second trial with the same ticket
    is set aside.
    """
    url = sqlite_url(tmp_path / DATABASE)
    experiment = preset("quick")
    storage = open_storage(url)
    enrol(storage, NAME, experiment)
    queues = [Queue(s := open_storage(url), open_study(s, NAME, experiment)) for _ in range(4)]
    queues[0].fill(experiment, ours=True)
    for trial in queues[0].alive()[:3]:  # as a second parent would, at the same moment
        queues[0].study.add_trial(trial)
    claimed: list[int] = []

    def claim(queue: Queue, name: str) -> None:
        while (trial := queue.claim(name)) is not None:
            claimed.append(trial.number)

    threads = [
        threading.Thread(target=claim, args=(queue, str(i))) for i, queue in enumerate(queues)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == list(range(len(experiment.tickets())))
