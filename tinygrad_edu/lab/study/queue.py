"""The queue of a study's trials: each is done once, whoever dies meanwhile.

A trial is WAITING, then RUNNING, and in the end COMPLETE (PRUNED, where a pruner ended it). Where
its worker fell silent it becomes FAIL, and a copy of it waits. Every step is one transaction of the
database, so of two processes that want the same step one is refused:

- to claim is WAITING → RUNNING; the heartbeat is there before, so no running trial is without one;
- to finish is RUNNING → COMPLETE; the numbers are stored before, so a finished trial has them. Who
  was taken for dead, and was only slow, is refused here, and its numbers are dropped;
- to give back is RUNNING → FAIL; who did it adds the copy. If it dies in between, `fill` notices
  that a ticket is missing.

A ticket is a setting of the grid, or "search 7". Two parents that fill at the same moment may both
add one: then the trial with the lower number has it, and who claims the other sets it aside.
"""

from __future__ import annotations

import time
import warnings
from contextlib import suppress
from typing import Any

from ...extras import extra
from .grid import Experiment, key_of
from .space import shown, space

__all__ = ["Queue"]


class Queue:
    """The trials of one study in a storage."""

    def __init__(self, storage: Any, study: Any) -> None:
        self.optuna = extra("optuna", "the lab", "lab")
        self.storage, self.study = storage, study
        self.study_id = storage.get_study_id_from_name(study.study_name)
        self.state = self.optuna.trial.TrialState

    # -- for parents

    def fill(self, experiment: Experiment, ours: bool) -> None:
        """Add a waiting trial for every ticket that has none; `ours` if nobody else can be at it.

        A study that somebody else is just filling grows: wait until it does not.
        """
        missing = self._missing(experiment)
        while missing and not ours:
            time.sleep(0.5)
            before, missing = missing, self._missing(experiment)
            ours = len(before) == len(missing)
        distributions = space(experiment)
        for ticket, setting in missing.items():
            self.study.add_trial(self._waiting(ticket, setting, distributions))

    def _missing(self, experiment: Experiment) -> dict[str, dict[str, Any] | None]:
        wanted: dict[str, dict[str, Any] | None] = {
            f"search {i}" if setting is None else key_of(setting): setting
            for i, setting in enumerate(experiment.tickets())
        }
        there = {t.user_attrs.get("ticket") for t in self.alive()}
        return {ticket: setting for ticket, setting in wanted.items() if ticket not in there}

    def _waiting(
        self, ticket: str, setting: dict[str, Any] | None, distributions: dict[str, Any]
    ) -> Any:
        """A trial whose parameters are there from the beginning, for the dashboard to show."""
        params = {axis: shown(value) for axis, value in (setting or {}).items()}
        return self.optuna.trial.create_trial(
            state=self.state.WAITING,
            params=params,
            distributions=distributions if params else {},
            user_attrs={"ticket": ticket, "setting": setting},
        )

    def alive(self) -> list[Any]:
        """Every trial that waits, runs or is finished; not what died or was set aside."""
        trials = self.study.get_trials(deepcopy=False)
        return [t for t in trials if t.state != self.state.FAIL]

    def finished(self) -> list[Any]:
        """Every trial that has a result, one for each ticket."""
        done = (self.state.COMPLETE, self.state.PRUNED)
        found: dict[str, Any] = {}
        for trial in self.study.get_trials(deepcopy=False, states=done):
            found.setdefault(trial.user_attrs["ticket"], trial)
        return list(found.values())

    def waits(self) -> bool:
        """Whether there is a trial to be claimed."""
        return bool(self.study.get_trials(deepcopy=False, states=(self.state.WAITING,)))

    def give_back_silent(self) -> None:
        """Let the trials wait again whose workers have not been heard of for too long."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", self.optuna.exceptions.ExperimentalWarning)
            self.optuna.storages.fail_stale_trials(self.study)

    def give_back(self, worker: str) -> None:
        """Let the trial of a worker wait again that is known to be dead."""
        for trial in self.storage.get_all_trials(self.study_id, states=(self.state.RUNNING,)):
            if trial.user_attrs.get("worker") == worker and self.fail(trial._trial_id):
                self.storage.get_heartbeat_stale_trial_callback()(self.study, trial)

    # -- for workers

    def claim(self, worker: str) -> Any:
        """A trial for this worker alone, or None where none waits."""
        waiting = self.storage.get_all_trials(
            self.study_id, deepcopy=False, states=(self.state.WAITING,)
        )
        for trial in waiting:
            with suppress(self.optuna.exceptions.UpdateFinishedTrialError):
                self.storage.record_heartbeat(trial._trial_id)
                if not self.storage.set_trial_state_values(trial._trial_id, self.state.RUNNING):
                    continue
                self.storage.set_trial_user_attr(trial._trial_id, "worker", worker)
                if not self._second(trial):
                    return self.optuna.trial.Trial(self.study, trial._trial_id)
                self.fail(trial._trial_id)
        return None

    def _second(self, trial: Any) -> bool:
        """Whether an earlier trial, or a finished one, has the same ticket."""
        ticket = trial.user_attrs["ticket"]
        others = [t for t in self.alive() if t.number != trial.number]
        done = (self.state.COMPLETE, self.state.PRUNED)
        return any(
            t.user_attrs.get("ticket") == ticket and (t.state in done or t.number < trial.number)
            for t in others
        )

    def finish(self, trial: Any, value: float, result: dict[str, Any], pruned: bool) -> bool:
        """Store what came out; False where the trial had been given to somebody else."""
        refused = self.optuna.exceptions.UpdateFinishedTrialError
        try:
            self.storage.set_trial_user_attr(trial._trial_id, "result", result)
            state = self.state.PRUNED if pruned else self.state.COMPLETE
            self.storage.set_trial_state_values(trial._trial_id, state, [value])
        except refused:
            return False
        return True

    def fail(self, trial_id: int) -> bool:
        """End a trial without a result; False where that was done already."""
        try:
            return bool(self.storage.set_trial_state_values(trial_id, self.state.FAIL))
        except self.optuna.exceptions.UpdateFinishedTrialError:
            return False
