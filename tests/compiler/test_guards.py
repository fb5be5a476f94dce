"""What changes between two calls is noticed: read anew, or recorded anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as te
import tinygrad_edu.nn.functional as F
from tinygrad_edu import autograd, nn, optim
from tinygrad_edu.errors import CompileError, TargetError

ALPHA = 2.0
SETTINGS = {"scale": 1.5}


class Pair:
    """A model trained eagerly, and its twin in a compiled step."""

    def __init__(self, make: Callable[[Any, Any], Callable[..., Any]], **options: Any) -> None:
        self.models, self.optimizers, self.steps = [], [], []
        for compiled in (False, True):
            te.manual_seed(0)
            model = nn.Sequential(
                nn.Linear(3, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.2), nn.Linear(6, 2)
            )
            optimizer = optim.Adam(model.parameters(), lr=0.05, **options)
            step = make(model, optimizer)
            self.models.append(model)
            self.optimizers.append(optimizer)
            self.steps.append(te.compile(step) if compiled else step)

    @property
    def recordings(self) -> int:
        return self.steps[1].recordings

    def run(self, *arguments: Any, seed: int = 1) -> None:
        """Call both, and compare results, parameters, buffers and gradients."""
        results = []
        for step in self.steps:
            te.manual_seed(seed)
            results.append(step(*arguments))
        same(*results)
        for a, b in zip(*(m.state_dict().values() for m in self.models), strict=True):
            same(a, b)
        for p, q in zip(*(m.parameters() for m in self.models), strict=True):
            assert (p.grad is None) == (q.grad is None)
            if p.grad is not None:
                same(p.grad, q.grad)

    def each(self, change: Callable[[Any, Any], Any]) -> None:
        for model, optimizer in zip(self.models, self.optimizers, strict=True):
            change(model, optimizer)


def same(a: Any, b: Any) -> None:
    if isinstance(a, te.Tensor):
        np.testing.assert_array_equal(a.numpy(force=True), b.numpy(force=True))
    else:
        assert a == b


def usual(model: Any, optimizer: Any) -> Callable[..., Any]:
    def step(x: Any, t: Any) -> Any:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), t)
        loss.backward()
        optimizer.step()
        return loss

    return step


def data(n: int = 8, seed: int = 0) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    return te.tensor(rng.normal(size=(n, 3)).astype("f4")), te.tensor(rng.integers(0, 2, n))


def test_new_numbers_and_new_tensors_are_used() -> None:
    """Another batch of the same shape replays the plan on its own numbers."""
    pair = Pair(usual)
    for seed in range(4):
        pair.run(*data(seed=seed))
    assert pair.recordings == 1


def test_an_argument_edited_in_place_is_read_anew() -> None:
    """The same tensor with other numbers gives another result."""
    pair, (x, t) = Pair(usual), data()
    for _ in range(3):
        pair.run(x, t)
        x += 1
    assert pair.recordings == 1


def test_a_shape_or_a_type_is_recorded_once_each() -> None:
    """The last, smaller batch of an epoch has a plan of its own, which is kept."""
    pair = Pair(usual)
    for n in (8, 8, 5, 8, 5, 8):
        pair.run(*data(n))
    assert pair.recordings == 2
    x, t = data()
    pair.run(x, t.int())
    assert pair.recordings == 3


def test_train_and_eval_have_a_plan_each() -> None:
    """`model.eval()` between two calls is noticed, and so is the way back."""
    pair = Pair(usual)
    for mode in (True, True, False, True, False):
        pair.each(lambda model, _, mode=mode: model.train(mode))
        pair.run(*data())
    assert pair.recordings == 2


def test_a_layers_setting_is_noticed() -> None:
    """Another probability of dropout is another plan."""
    pair = Pair(usual)
    pair.run(*data())
    pair.each(lambda model, _: setattr(model[3], "p", 0.7))
    pair.run(*data())
    assert pair.recordings == 2


def test_a_layer_that_is_replaced_is_noticed() -> None:
    """Modules are compared by identity."""
    pair = Pair(usual)
    pair.run(*data())

    def replace(model: Any, _: Any) -> None:
        model[2] = nn.Tanh()

    pair.each(replace)
    pair.run(*data())
    assert pair.recordings == 2


def test_the_learning_rate_needs_no_new_plan() -> None:
    """Settings of the optimizer are read at every step, whoever changes them."""
    pair = Pair(usual)
    for lr in (0.1, 0.01, 0.001):
        pair.each(lambda _, optimizer, lr=lr: optimizer.param_groups[0].update(lr=lr))
        pair.run(*data())
    assert pair.recordings == 1


def test_a_scheduler_in_the_step_goes_on() -> None:
    """`scheduler.step()` is called again at every replay."""

    def make(model: Any, optimizer: Any) -> Any:
        scheduler = optim.lr_scheduler.StepLR(optimizer, 2, 0.5)
        step = usual(model, optimizer)

        def both(x: Any, t: Any) -> Any:
            loss = step(x, t)
            scheduler.step()
            return loss

        return both

    pair = Pair(make)
    for _ in range(6):
        pair.run(*data())
    rates = [optimizer.param_groups[0]["lr"] for optimizer in pair.optimizers]
    assert rates == [0.05 / 8, 0.05 / 8]
    assert pair.recordings == 1


def test_parameters_that_are_replaced_are_used() -> None:
    """`p.data = …` and `load_state_dict` between calls are seen, without a new plan."""
    pair, (x, t) = Pair(usual), data()
    pair.run(x, t)
    before = pair.models[0].state_dict()
    before = {name: value.clone() for name, value in before.items()}
    pair.run(x, t)

    def replace(model: Any, _: Any) -> None:
        for p in model.parameters():
            p.data = p.data * 0.5

    pair.each(replace)
    pair.run(x, t)
    pair.each(lambda model, _: model.load_state_dict(before))
    pair.run(x, t)
    assert pair.recordings == 1


def test_the_optimizers_state_may_be_loaded() -> None:
    """Moments that are loaded between calls are those that the next step goes on from."""
    pair, (x, t) = Pair(usual), data()
    pair.run(x, t)
    saved = pair.optimizers[0].state_dict()
    pair.run(x, t)
    pair.each(lambda _, optimizer: optimizer.load_state_dict(saved))
    pair.run(x, t)
    pair.run(x, t)


def test_a_frozen_parameter_is_noticed() -> None:
    """`requires_grad_(False)` between calls takes a parameter out of the backward pass."""
    pair = Pair(usual)
    pair.run(*data())
    pair.each(lambda model, optimizer: (optimizer.zero_grad(), model[0].requires_grad_(False)))
    pair.run(*data())
    assert pair.recordings == 2


def test_another_number_type_is_noticed() -> None:
    """`model.double()` is recorded anew, with inputs of its type."""
    pair, (x, t) = Pair(usual), data()
    pair.run(x, t)
    pair.each(lambda model, optimizer: (model.double(), optimizer.state.clear()))
    pair.run(x.double(), t)
    pair.run(x.double(), t)
    assert pair.recordings == 2


def test_gradients_add_up_without_zero_grad() -> None:
    """A step that does not clear gradients adds to those that are there, as eager steps do."""

    def make(model: Any, optimizer: Any) -> Any:
        def step(x: Any, t: Any) -> Any:
            loss = F.cross_entropy(model(x), t)
            loss.backward()
            return loss

        return step

    pair = Pair(make)
    for k in range(6):
        pair.run(*data(seed=k))
        if k == 3:
            pair.each(lambda model, _: model.zero_grad())
    assert pair.recordings == 2  # without gradients to begin with, and with them


@pytest.mark.parametrize("to_none", [True, False])
def test_accumulation_within_the_step(to_none: bool) -> None:
    """Two backward passes in one step add up in `.grad`."""

    def make(model: Any, optimizer: Any) -> Any:
        def step(x: Any, t: Any) -> Any:
            optimizer.zero_grad(set_to_none=to_none)
            first = F.cross_entropy(model(x), t)
            first.backward()
            second = model(x * 2).square().mean()
            second.backward()
            optimizer.step()
            return first.detach() + second.detach()

        return step

    pair = Pair(make)
    for k in range(4):
        pair.run(*data(seed=k))


def test_gradient_of_an_argument() -> None:
    """An argument that requires a gradient receives its own in every call."""

    @te.compile
    def step(x: Any) -> Any:
        y = (x * x).sum()
        y.backward()
        return y

    for k in range(3):
        x = te.tensor([1.0, 2.0, k], requires_grad=True)
        step(x)
        np.testing.assert_array_equal(x.grad.numpy(), [2, 4, 2 * k])


def test_numbers_from_outside() -> None:
    """A global, a captured variable, an attribute, an entry of a dict: each is compared."""

    class Config:
        beta = 1.0
        gamma = 1.0

    config, captured = Config(), 1.0

    def step(x: Any) -> Any:
        return x * ALPHA * captured * config.beta * config.gamma * SETTINGS["scale"]

    compiled, x = te.compile(step), te.tensor([1.0, 3.0])
    global ALPHA
    for change in range(7):
        if change == 1:
            ALPHA = 3.0
        if change == 2:
            captured = 2.0
        if change == 3:
            config.beta = 4.0
        if change == 4:
            Config.gamma = 5.0
        if change == 5:
            SETTINGS["scale"] = 0.5
        same(compiled(x), step(x))
    assert compiled.recordings == 6


def test_numbers_as_arguments() -> None:
    """A Python number among the arguments is part of what a plan is made for."""
    compiled = te.compile(lambda x, k, *, shift=0.0: x * k + shift)
    x = te.tensor([1.0, 2.0])
    same(compiled(x, 2), x * 2)
    same(compiled(x, 3), x * 3)
    same(compiled(x, 2, shift=1.0), x * 2 + 1)
    same(compiled(te.tensor([1, 2]), 2), te.tensor([2, 4]))
    same(compiled(te.tensor([1, 2]), 2.0), te.tensor([2.0, 4.0]))


def test_a_captured_tensor_is_read_anew() -> None:
    """What a captured tensor holds is no part of the plan; its edits are seen."""
    w = te.tensor([1.0, 2.0])
    compiled, x = te.compile(lambda x: x * w), te.tensor([1.0, 1.0])
    same(compiled(x), te.tensor([1.0, 2.0]))
    w += 1
    same(compiled(x), te.tensor([2.0, 3.0]))
    w.data = te.tensor([5.0, 5.0])
    same(compiled(x), te.tensor([5.0, 5.0]))
    assert compiled.recordings == 1


def test_the_same_tensor_twice() -> None:
    """step(x, x) and step(x, y) are two plans."""
    compiled = te.compile(lambda a, b: a * 2 + b)
    x, y = te.tensor([1.0]), te.tensor([10.0])
    for a, b in ((x, x), (x, y), (y, y), (y, x)):
        same(compiled(a, b), a * 2 + b)


def test_random_numbers_are_drawn_anew() -> None:
    """rand() in a step is another number at every replay, from the library's own stream."""

    def step(x: Any) -> Any:
        return x + te.rand(3) + te.randn_like(x)

    compiled, x = te.compile(step), te.zeros(3)
    te.manual_seed(5)
    expected = [step(x) for _ in range(4)]
    te.manual_seed(5)
    for one in expected:
        same(compiled(x), one)
    assert compiled.recordings == 1


def test_results_are_ones_own() -> None:
    """A result is not overwritten by the next call."""
    compiled = te.compile(lambda x: (x * 2, {"y": [x + 1]}, x, 3))
    first = compiled(te.tensor([1.0]))
    kept = compiled(te.tensor([2.0]))
    compiled(te.tensor([3.0]))
    assert kept[0].item() == 4 and kept[1]["y"][0].item() == 3 and kept[3] == 3
    assert first[0].item() == 2 and kept[2].item() == 2


def test_a_method_and_a_module() -> None:
    """compile decorates methods, and takes a module for predictions."""

    class Trainer:
        def __init__(self) -> None:
            self.factor = 2.0

        @te.compile
        def step(self, x: Any) -> Any:
            return x * self.factor

    trainer, x = Trainer(), te.tensor([1.0])
    assert trainer.step(x).item() == 2
    trainer.factor = 3.0
    assert trainer.step(x).item() == 3
    model = nn.Sequential(nn.Linear(3, 4), nn.Softmax(dim=1)).eval()
    compiled, (x, _) = te.compile(model), data()
    with te.no_grad():
        same(compiled(x), model(x))
        same(compiled(x), model(x))


def test_hand_written_descent() -> None:
    """`p -= lr * p.grad` under no_grad is recorded, too."""
    weights = [te.tensor([1.0, 2.0, 3.0], requires_grad=True) for _ in range(2)]

    def make(w: Any) -> Any:
        def step(x: Any) -> Any:
            w.grad = None
            loss = ((w * x) ** 2).sum()
            loss.backward()
            with te.no_grad():
                w.sub_(0.1 * w.grad)
            return loss

        return step

    plain, compiled = make(weights[0]), te.compile(make(weights[1]))
    for k in range(5):
        x = te.tensor([1.0, 0.5, k / 10])
        same(plain(x), compiled(x))
        same(*weights)


def test_gradients_as_values() -> None:
    """autograd.grad within a step hands its results on."""
    w = te.tensor([1.0, 2.0], requires_grad=True)

    def step(x: Any) -> Any:
        (g,) = autograd.grad((w * w * x).sum(), [w])
        return g * 2

    compiled = te.compile(step)
    for k in range(3):
        same(compiled(te.tensor([1.0, float(k)])), step(te.tensor([1.0, float(k)])))


def test_wrong_labels_are_refused_in_a_replay_too() -> None:
    """A label that is no class raises, as in the eager step, and names the line."""
    pair, (x, t) = Pair(usual), data()
    pair.run(x, t)
    pair.run(x, t)
    with pytest.raises(IndexError, match="target") as caught:
        pair.steps[1](x, t + 5)
    assert "in the compiled step" in caught.value.__notes__[0]
    with pytest.raises(TargetError):
        pair.steps[1](x, t.reshape(-1, 1))


def test_ignored_labels_count_for_nothing() -> None:
    """A batch with ignored examples goes another way within the plan."""
    pair, (x, t) = Pair(usual), data()
    pair.run(x, t)
    t[0] = -100
    pair.run(x, t)
    pair.run(*data(seed=3))


def test_watchers_run_the_step_itself() -> None:
    """Inside detect_anomaly() the step runs uncompiled, so that anomalies are found."""
    pair = Pair(usual)
    pair.run(*data())
    bad = data()[0] * float("inf")
    with (
        np.errstate(invalid="ignore"),
        autograd.detect_anomaly(),
        pytest.raises(te.errors.AnomalyError),
    ):
        pair.steps[1](bad, data()[1])


def test_a_hook_that_is_added_later_is_noticed() -> None:
    """A hook on a parameter is Python within the backward pass: recorded anew, and refused."""
    pair = Pair(usual)
    pair.run(*data())
    handle = pair.models[1][0].weight.register_hook(lambda g: g * 0)
    with pytest.raises(CompileError, match="hook"):
        pair.steps[1](*data())
    handle.remove()


def test_a_seed_within_the_step() -> None:
    """manual_seed() in a step starts the stream again at every replay."""

    @te.compile
    def step(x: Any) -> Any:
        te.manual_seed(3)
        return x + te.rand(2)

    x = te.zeros(2)
    first = step(x)
    te.rand(5)
    same(step(x), first)


def test_minus_zero() -> None:
    """−0.0 is another number than 0.0."""
    compiled, x = te.compile(lambda x, k: x / k), te.ones(1)
    with np.errstate(divide="ignore"):
        assert compiled(x, 0.0).item() == -compiled(x, -0.0).item() == float("inf")


def test_a_profiler_comes_first() -> None:
    """Under a profiler the step runs as it stands, and is recorded when that has gone."""
    import cProfile

    pair = Pair(usual)
    with cProfile.Profile():
        pair.run(*data())
    assert pair.recordings == 0
    pair.run(*data())
    pair.run(*data())
    assert pair.recordings == 1


def test_a_step_that_cannot_be_compiled_may_run_as_it_is() -> None:
    """or_eager=True: refused once, run ever after, and nothing is lost."""
    seen = []

    def step(x: Any) -> Any:
        seen.append(x.sum().item())
        return x * seen[-1]

    run = te.compile(step, or_eager=True)
    for k in range(3):
        same(run(te.ones(2) * k), te.ones(2) * k * 2 * k)
    assert seen == [0, 2, 4]
