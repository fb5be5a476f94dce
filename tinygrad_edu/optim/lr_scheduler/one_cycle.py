"""One cycle: the rate up and then far down, the momentum the other way."""

from __future__ import annotations

import math
from typing import Any

from ...errors import StateError
from ..optimizer import Group, Optimizer
from .base import LRScheduler, needs_optimizer, number, per_group, refused


class OneCycleLR(LRScheduler):
    """From η_max/`div_factor` up to η_max and down to nearly 0, in all the batches of a training.

        η = b + (a − b)(1 + cos πs)/2 ("cos")  or  a + (b − a)s ("linear"),     0 ≤ s ≤ 1

    leads from a to b in each phase: up during the part `pct_start` of all steps, then down to
    η_max/(`div_factor` · `final_div_factor`); with `three_phase` first down to where it began.
    Meanwhile the momentum (Adam: β₁) goes from `max_momentum` to `base_momentum` and back, as a
    large rate needs less of it. Call `step()` after every batch. Reference: Smith and Topin,
    "Super-convergence", arXiv:1708.07120.

    Raises `ArgumentError` (a ValueError) for arguments out of range and for a step too many.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        self.optimizer = needs_optimizer(self, optimizer)
        self.total_steps = self._count(total_steps, epochs, steps_per_epoch)
        if type(pct_start) is not float or not 0 <= pct_start <= 1:
            raise refused(self, "pct_start", pct_start, "it is a share: a float between 0 and 1")
        if anneal_strategy not in ("cos", "linear"):
            raise refused(self, "anneal_strategy", anneal_strategy, "it is 'cos' or 'linear'")
        self._schedule_phases = _phases(self.total_steps, pct_start, three_phase)
        self._anneal_func_type = anneal_strategy
        self.cycle_momentum = cycle_momentum
        number(self, "div_factor", div_factor, above=0)
        number(self, "final_div_factor", final_div_factor, above=0)
        rates = [number(self, "max_lr", lr) for lr in per_group(self, "max_lr", max_lr)]
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, rates, strict=True):
                group["initial_lr"] = lr / div_factor
                group["max_lr"] = lr
                group["min_lr"] = group["initial_lr"] / final_div_factor
        if cycle_momentum:
            self._start_momentum(base_momentum, max_momentum, first=last_epoch == -1)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Where the cycle stands; the momentum is set on the way."""
        self._warn_outside_step()
        if self.last_epoch > self.total_steps:
            raise refused(
                self,
                "total_steps",
                self.total_steps,
                f"this would be step {self.last_epoch}. Pass the number of all batches in all "
                "epochs, and call step() once for each",
            )
        phase, share = self._place()
        for group in self.optimizer.param_groups:
            if self.cycle_momentum:
                self._set_momentum(group, self._between(group, phase, "momentum", share))
        return [self._between(g, phase, "lr", share) for g in self.optimizer.param_groups]

    def _check_state(self, state: Any) -> None:
        super()._check_state(state)
        names = [[v for v in p.values() if isinstance(v, str)] for p in self._schedule_phases]
        saved = [[v for v in p.values() if isinstance(v, str)] for p in state["_schedule_phases"]]
        if names != saved or state["_anneal_func_type"] not in ("cos", "linear"):
            raise StateError(
                f"OneCycleLR.load_state_dict: phases {saved} with anneal_strategy "
                f"{state['_anneal_func_type']!r} are not those of this scheduler, {names}."
            )

    def _place(self) -> tuple[dict[str, Any], float]:
        """The phase of this step, and which share of the phase is over."""
        start = 0.0
        *earlier, last = self._schedule_phases
        for phase in earlier:
            if self.last_epoch <= phase["end_step"]:
                break
            start = phase["end_step"]
        else:
            phase = last
        length = phase["end_step"] - start
        return phase, (self.last_epoch - start) / length if length else 1.0

    def _between(self, group: Group, phase: dict[str, Any], what: str, share: float) -> float:
        a: float = group[phase[f"start_{what}"]]
        b: float = group[phase[f"end_{what}"]]
        if self._anneal_func_type == "linear":
            return (b - a) * share + a
        return b + (a - b) / 2 * (1 + math.cos(math.pi * share))

    def _start_momentum(self, base: Any, highest: Any, first: bool) -> None:
        if not self.optimizer.defaults.keys() & {"momentum", "betas"}:
            raise refused(
                self,
                "cycle_momentum",
                True,
                f"{type(self.optimizer).__name__} has neither momentum nor betas. Pass "
                "cycle_momentum=False",
            )
        self.use_beta1 = "betas" in self.optimizer.defaults
        lows, highs = (
            per_group(self, "base_momentum", base),
            per_group(self, "max_momentum", highest),
        )
        for group, low, high in zip(self.optimizer.param_groups, lows, highs, strict=True):
            number(self, "base_momentum", low)
            number(self, "max_momentum", high)
            if first:
                self._set_momentum(group, high)
                group["max_momentum"], group["base_momentum"] = high, low

    def _set_momentum(self, group: Group, value: float) -> None:
        if self.use_beta1:
            group["betas"] = (value, *group["betas"][1:])
        else:
            group["momentum"] = value

    def _count(self, total_steps: Any, epochs: Any, steps_per_epoch: Any) -> int:
        """The number of all steps: given, or epochs times batches."""
        counts = {"epochs": epochs, "steps_per_epoch": steps_per_epoch}
        if total_steps is not None:
            counts = {"total_steps": total_steps}
        for name, count in counts.items():
            if count is None:
                why = "all steps are to be counted: give total_steps, or epochs and steps_per_epoch"
                raise refused(self, name, count, why)
            if not isinstance(count, int) or count <= 0:
                raise refused(self, name, count, "a positive integer was expected")
        return math.prod(counts.values())


def _phases(steps: int, share: float, three: bool) -> list[dict[str, Any]]:
    """The phases: where each ends, and from which to which of the group's settings it leads."""

    def phase(end: float, lr: tuple[str, str], momentum: tuple[str, str]) -> dict[str, Any]:
        return {
            "end_step": end,
            "start_lr": lr[0],
            "end_lr": lr[1],
            "start_momentum": f"{momentum[0]}_momentum",
            "end_momentum": f"{momentum[1]}_momentum",
        }

    up = phase(share * steps - 1, ("initial_lr", "max_lr"), ("max", "base"))
    if not three:
        return [up, phase(steps - 1, ("max_lr", "min_lr"), ("base", "max"))]
    down = phase(2 * share * steps - 2, ("max_lr", "initial_lr"), ("base", "max"))
    return [up, down, phase(steps - 1, ("initial_lr", "min_lr"), ("max", "max"))]
