"""Optuna's storage, opened so that many processes can share it."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...errors import DataError, NotInstalled, TinygradEduError
from ...extras import extra
from .grid import PRUNERS, SAMPLER_NEEDS, SAMPLERS, Experiment

__all__ = ["Heart", "check_sampler", "open_storage", "open_study", "refusing", "sqlite_url"]

_BUSY = 60
"""Seconds to wait for another process that writes to the same SQLite file."""


class Heart:
    """How often a worker says that it lives, and after how much silence it is taken for dead."""

    def __init__(self, beat: int = 5, grace: int = 30) -> None:
        self.beat, self.grace = beat, grace


def sqlite_url(path: Path) -> str:
    """The storage URL of an SQLite file."""
    return f"sqlite:///{path.absolute()}"


# What a database says to the slower of two that make its tables at once.
_MADE_TWICE = ("already exists", "UNIQUE constraint", "duplicate key")


def open_storage(url: str, heart: Heart | None = None) -> Any:
    """Optuna's RDBStorage at `url`, whose tables are made where there are none.

    On SQLite Optuna reads a trial's state and then writes the new one, in a transaction that begins
    with the write; two processes could both read "waiting", and both take the trial. Here every
    transaction begins with `BEGIN IMMEDIATE`, which locks the file, so reading and writing are one.
    (PostgreSQL locks the trial's row.)

    Raises `NotInstalled` without Optuna, or without the database's driver; `DataError` where no
    such database can be reached.
    """
    optuna = extra("optuna", "the lab", "lab")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    heart = heart or Heart()
    sqlite = url.startswith("sqlite:")
    engine_kwargs = {"connect_args": {"timeout": _BUSY}} if sqlite else {"pool_pre_ping": True}
    # An address, too, can be wrong, and tables those of another version.
    with refusing(url, ValueError, RuntimeError, AssertionError), warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        for last in (False, False, True):
            try:
                storage = optuna.storages.RDBStorage(
                    url,
                    engine_kwargs=dict(engine_kwargs),
                    heartbeat_interval=heart.beat,
                    grace_period=heart.grace,
                    heartbeat_stale_trial_callback=optuna.storages.RetryHeartbeatStaleTrialCallback(),
                )
                break
            except Exception as error:  # two that make the tables of one database at once
                told = str(error.__cause__ or error)
                if last or not any(word in told for word in _MADE_TWICE):
                    raise
                time.sleep(0.3)
        if sqlite:
            _lock_at_begin(storage.engine)
    return storage


def _lock_at_begin(engine: Any) -> None:
    """Let every transaction of an SQLite engine begin with the lock that writing needs."""
    event = extra("sqlalchemy", "the lab", "lab").event

    @event.listens_for(engine, "connect")  # type: ignore[untyped-decorator]
    def on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the driver then begins nothing by itself

    @event.listens_for(engine, "begin")  # type: ignore[untyped-decorator]
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    engine.dispose()  # connections of before know nothing of it


def open_study(storage: Any, name: str, experiment: Experiment, seed: int | None = None) -> Any:
    """The study of that name, with the experiment's sampler and pruner; it must exist."""
    optuna = extra("optuna", "the lab", "lab")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        kind = getattr(optuna.samplers, SAMPLERS[experiment.sampler])
        sampler = kind(seed=seed)
        pruner = getattr(optuna.pruners, PRUNERS[experiment.pruner])()
        return optuna.load_study(study_name=name, storage=storage, sampler=sampler, pruner=pruner)


def check_sampler(experiment: Experiment) -> None:
    """Raise `NotInstalled` where the sampler needs a package that is not there."""
    needs = SAMPLER_NEEDS.get(experiment.sampler, {}) if experiment.search else {}
    for package, ours in needs.items():
        extra(package, f"lab: the sampler {experiment.sampler!r}", ours)


@contextmanager
def refusing(url: str, *more: type[Exception]) -> Iterator[None]:
    """What a database says against `url`, or an error of `more` kinds, as one error of the house.

    Passwords are not repeated.
    """
    sqlalchemy = extra("sqlalchemy", "the lab", "lab")
    optuna = extra("optuna", "the lab", "lab")
    try:
        yield
    except TinygradEduError:
        raise  # has its own words
    except ImportError as error:
        raise NotInstalled(
            f"lab: the driver for {_shown(url)} is not installed ({error}). For PostgreSQL: pip "
            "install 'tinygrad-edu[postgres]', and a URL that begins with postgresql+psycopg2://."
        ) from error
    except (sqlalchemy.exc.SQLAlchemyError, optuna.exceptions.OptunaError, *more) as error:
        cause = error.__cause__ or error
        detail = str(getattr(cause, "orig", None) or cause).strip().splitlines()[0]
        raise DataError(
            f"lab: the storage {_shown(url)} cannot be used: {detail}. Check the address, that the "
            "database runs, that its disk has room, and that you may write to it."
        ) from error


def _shown(url: str) -> str:
    """The URL without its password."""
    sqlalchemy = extra("sqlalchemy", "the lab", "lab")
    try:
        return str(sqlalchemy.engine.make_url(url).render_as_string(hide_password=True))
    except (sqlalchemy.exc.ArgumentError, ValueError):
        return "with the address that was given"
