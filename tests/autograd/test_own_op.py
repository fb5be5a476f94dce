"""An op that a user declares in a script is a full citizen: records, checks, order, picture."""

from __future__ import annotations

import weakref

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu.autograd import grad, gradcheck, gradgradcheck
from tinygrad_edu.errors import InPlaceError, InputTypeError, RuleError, ShapeError
from tinygrad_edu.op import SCALER, SWITCH, op, registry


@pytest.fixture
def swish():
    """x·σ(βx), as the example declares it."""

    @op(family=SCALER, formula=r"z = x \cdot \sigma(\beta x)", casts="float")
    def swish(x, beta=1.0):
        """Swish: x times a sigmoid of itself."""
        return x / (1 + np.exp(-beta * x))

    def slope(g, x, beta):
        s = 1 / (1 + np.exp(-beta * x))
        return g * (s + beta * x * s * (1 - s))

    swish.defvjp(x=slope)
    return swish


@pytest.fixture
def weighted_sum():
    """An op of any number of inputs."""

    @op(family=SWITCH, formula=r"z = \sum_i (i + 1) x_i")
    def weighted_sum(*xs, scale=1.0):
        """Σ scale·(i + 1)·xᵢ."""
        return scale * sum((i + 1) * x for i, x in enumerate(xs))

    weighted_sum.defvjp(xs=lambda g, i, scale: g * (scale * (i + 1)))
    return weighted_sum


def leaf(*numbers: float) -> torch.Tensor:
    """A float64 leaf."""
    return torch.tensor(numbers, dtype=torch.float64, requires_grad=True)


def test_on_arrays_it_is_a_plain_function(swish):
    """Called with NumPy it gives NumPy, and records nothing."""
    z = swish(np.array([0.0, 1.0]), beta=2.0)
    assert isinstance(z, np.ndarray)
    np.testing.assert_allclose(z, [0, 1 / (1 + np.exp(-2))])


def test_on_tensors_it_records_and_differentiates_to_every_order(swish):
    """The same rule runs on arrays and on tensors: no second set of rules."""
    x = leaf(-1.0, 0.5, 2.0)
    assert gradcheck(lambda x: swish(x, beta=1.5), x)
    assert gradgradcheck(lambda x: swish(x, beta=1.5), x)
    y = swish(x).sum()
    for _ in range(3):
        (g,) = grad(y, x, create_graph=True)
        y = g.sum()
    assert gradcheck(lambda x: grad(swish(x).sum(), x, create_graph=True)[0], x)
    assert y.requires_grad


def test_it_enters_the_registry_with_family_formula_and_docstring(swish):
    """What pictures and laws read of a built-in, they read of this one."""
    assert registry["swish"] is swish
    assert (swish.family, swish.__name__) == (SCALER, "swish")
    assert swish.__doc__.startswith("Swish")
    assert "sigma" in swish.formula


def test_its_node_is_named_with_the_users_line(swish):
    """Messages and pictures name the line of the script that called it."""
    y = swish(leaf(1.0))
    assert y.node.op is swish
    assert y.node.params == {"beta": 1.0}
    assert "y = swish(leaf(1.0))" in y.node.where
    assert "swish" in repr(y)


def test_it_is_drawn_in_the_picture(swish):
    """viz.graph shows its name and its family."""
    pytest.importorskip("graphviz")
    source = torch.viz.graph(swish(leaf(1.0)), lang="en").source
    assert "swish" in source
    assert "scaler" in source


def test_broadcasting_is_the_engines_business():
    """A rule may return the shape of g; the engine adds up the copies."""

    @op(family=SWITCH, formula="z = x^2 y")
    def square_times(x, y):
        """x²y."""
        return x * x * y

    square_times.defvjp(x=lambda g, x, y: g * 2 * x * y, y=lambda g, x: g * x * x)
    x, y = (
        leaf(1.0, 2.0, 3.0),
        torch.tensor([[2.0], [5.0]], dtype=torch.float64, requires_grad=True),
    )
    assert gradcheck(square_times, (x, y))
    assert gradgradcheck(square_times, (x, y))


def test_an_input_without_a_rule_gets_no_gradient():
    """None in defvjp: the input is data, such as a table of positions."""

    @op(family=SCALER, formula="z = x_i")
    def pick(x, places):
        """x at the places."""
        return x[places]

    def put_back(g, x_shape, places):
        full = np.zeros(x_shape)
        np.add.at(full, places, g)
        return full

    pick.defvjp(x=put_back, places=None)
    x = leaf(1.0, 2.0, 3.0)
    pick(x, torch.tensor([0, 2, 2])).sum().backward()
    assert x.grad.tolist() == [1, 0, 2]


def test_any_number_of_inputs(weighted_sum):
    """A rule of `*xs` is told which input it is asked for."""
    a, b, c = leaf(1.0), leaf(2.0), leaf(3.0)
    weighted_sum(a, b, c, scale=10.0).backward()
    assert [t.grad.item() for t in (a, b, c)] == [10, 20, 30]
    assert gradcheck(weighted_sum, (leaf(1.0), leaf(2.0)))


def test_number_types_are_promoted_as_for_a_built_in(swish):
    """casts="float" makes floats of integers; float32 stays float32."""
    assert swish(torch.tensor([1, 2])).dtype == torch.float32
    assert swish(torch.ones(2)).dtype == torch.float32


def test_a_rule_may_only_read_what_is_there(swish):
    """An unknown name in a rule is refused when it is declared, with the names on offer."""
    with pytest.raises(RuleError, match=r"reads 'mean'.*g, z, x, beta"):
        swish.defvjp(x=lambda g, mean: g)
    with pytest.raises(RuleError, match="leading arguments"):
        swish.defvjp(beta=lambda g: g)


def test_wrong_calls_are_explained(swish):
    """Missing, unknown and mistyped arguments are named, in the house's form."""
    with pytest.raises(InputTypeError, match=r"swish takes \(x, beta\).*Missing: x"):
        swish()
    with pytest.raises(InputTypeError, match="gamma"):
        swish(leaf(1.0), gamma=2)
    with pytest.raises(InputTypeError, match="str"):
        swish(leaf(1.0) + "a")


def test_shapes_that_do_not_fit_are_explained(weighted_sum):
    """NumPy's complaint inside of the forward function becomes a ShapeError with both shapes."""
    with pytest.raises(ShapeError, match=r"weighted_sum.*\(2,\).*\(3,\)"):
        weighted_sum(leaf(1.0, 2.0), leaf(1.0, 2.0, 3.0))


def test_saved_values_are_guarded(swish):
    """swish reads its input, so editing it in place before the backward pass is refused."""
    x = leaf(1.0) * 1
    y = swish(x)
    x.add_(1)
    with pytest.raises(RuntimeError, match=r"swish.*changed in place"):
        y.backward()


def test_an_op_without_rules_is_refused_when_it_is_called():
    """A forgotten `defvjp` is named, instead of the op running past the graph."""

    @op(family=SCALER, formula="z = x")
    def forgotten(x):
        """Nothing yet."""
        return x

    try:
        with pytest.raises(RuleError, match=r"forgotten\.defvjp"):
            forgotten(leaf(1.0))
        with pytest.raises(RuleError, match="lambda"):
            forgotten.defvjp(x=np.negative)
    finally:
        registry.pop("forgotten")


@pytest.mark.parametrize(
    ("slope", "says"),
    [
        (lambda g, x: g.T @ x, r"\(3, 2\).*\(2, 3\)"),  # the transpose of what it should be
        (lambda g, x: None, "None"),
        (lambda g, x: 3.0, "3.0"),
        (lambda g, x: g[0], r"\(3,\)"),
    ],
)
def test_a_rule_whose_gradient_has_another_shape_is_named(slope, says):
    """Nothing is reshaped until it fits: the op, the input and both shapes are told."""

    @op(family=SWITCH, formula="z = x w")
    def product(x, w):
        """x @ w."""
        return x @ w

    product.defvjp(x=lambda g, w: g @ w.T, w=slope)
    x, w = torch.ones(4, 2), torch.ones(2, 3, requires_grad=True)
    with pytest.raises(RuleError, match=f"(?s)product.*w.*{says}"):
        product(x, w).sum().backward()
    assert w.grad is None


@pytest.mark.parametrize("through", [lambda x: x, lambda x: x * 1], ids=["leaf", "node"])
@pytest.mark.parametrize("handed", [lambda a: a, lambda a: a[:]], ids=["itself", "a view"])
def test_a_rule_may_hand_out_an_array_that_it_keeps(handed, through):
    """The engine adds into arrays of its own alone."""
    weights = np.array([1.0, 2.0])

    @op(family=SCALER, formula=r"z = \sum w_i x_i")
    def weighted(x):
        """A sum with weights that the rule holds on to."""
        return (weights * x).sum()

    weighted.defvjp(x=lambda g: handed(weights))
    x = torch.ones(2, dtype=torch.float64, requires_grad=True)
    h = through(x)
    (weighted(h) + weighted(h)).backward(retain_graph=True)
    weighted(h).backward()
    assert weights.tolist() == [1, 2]
    assert x.grad.tolist() == [3, 6]


def test_an_array_that_nobody_else_holds_becomes_the_gradient_itself():
    """No copy is made of it: not of the last one either, nor where two paths met."""
    made = []

    @op(family=SWITCH, formula=r"z = x \odot y")
    def product(x, y):
        """A product that notes the arrays that its rules return."""
        return x * y

    def noted(a):
        made.append(weakref.ref(a))
        return a

    product.defvjp(x=lambda g, y: noted(g * y), y=lambda g, x: noted(g * x))
    x, y = (torch.ones(3, requires_grad=True) for _ in range(2))
    product(x, y).sum().backward()
    assert made[0]() is x.grad.array
    assert made[1]() is y.grad.array
    made.clear()
    x.grad = y.grad = None
    h = product(x, y)
    (h * 2 + product(x, h)).sum().backward()  # x: by both products; the first to arrive is kept
    assert any(r() is x.grad.array for r in made)
    assert any(r() is y.grad.array for r in made)


def test_a_rule_that_edits_what_the_next_rule_reads_is_refused():
    """Between two rules of one node, too: a wrong gradient is never silent."""
    x, y = (torch.tensor([2.0], requires_grad=True) for _ in range(2))
    h = x * 1

    @op(family=SWITCH, formula=r"z = x \odot y")
    def product(x, y):
        """A product whose first rule edits what the second reads."""
        return x * y

    def slope_x(g, y):
        with torch.no_grad():
            h.mul_(5)
        return g * y

    product.defvjp(x=slope_x, y=lambda g, x: g * x)
    with pytest.raises(InPlaceError, match="product"):
        product(h, y).sum().backward()


def test_a_leaf_keeps_its_type_whatever_a_rule_computes_in():
    """NumPy's scalars widen float32 in older code; the gradient is of the leaf's type."""

    @op(family=SCALER, formula="z = 2x")
    def twice(x):
        """2x."""
        return x * 2

    twice.defvjp(x=lambda g: g * np.full(g.shape, 2.0))
    x = torch.ones(2, requires_grad=True)
    twice(x).sum().backward()
    assert x.grad.dtype == torch.float32
    assert grad(twice(x).sum(), x)[0].dtype == torch.float32


def test_a_rule_of_many_inputs_may_read_their_shapes_in_both_passes():
    """`xs_shape` is a list of shapes, under `create_graph` too."""

    @op(family=SWITCH, formula=r"z = \prod x_i")
    def area(*xs):
        """The product of two."""
        return xs[0] * xs[1]

    area.defvjp(xs=lambda g, xs, xs_shape, i: g * xs[1 - i] * len(xs_shape) / 2)
    a, b = (torch.tensor([n], dtype=torch.float64, requires_grad=True) for n in (2.0, 3.0))
    (ga,) = grad(area(a, b).sum(), a, create_graph=True)
    assert grad(ga.sum(), b)[0].item() == 1


def test_an_op_assigned_to_the_class_later_is_a_method_too(swish, monkeypatch):
    """`Tensor.swish = swish` is all it takes; so does a class body of the user's own."""
    monkeypatch.setattr(torch.Tensor, "swish", swish, raising=False)

    class Mine(torch.Tensor):
        slow_swish = swish

    x = leaf(-1.0, 0.5)
    assert x.swish(beta=2.0).tolist() == swish(x, beta=2.0).tolist()
    assert Mine(x.array).slow_swish(2.0).tolist() == swish(x, 2.0).tolist()


def test_an_op_in_a_class_body_stays_an_op(swish):
    """A table of activations hands out what was put into it, for arrays too."""

    class Table:
        act = swish

    assert Table.act is swish
    assert isinstance(Table.act(np.ones(2)), np.ndarray)


def test_shares_of_several_types_add_up_to_the_widest():
    """A rule that returns truth values or float32 does not narrow what the other paths send."""

    @op(family=SCALER, formula="z = x")
    def same(x, how):
        """x."""
        return x * 1

    same.defvjp(x=lambda g, how: np.ones(g.shape, bool) if how == "bool" else g.astype(how))
    third = 1 / 3
    for how in ("bool", "float32", "float64"):
        for through in (lambda x: x, lambda x: x * 1):  # a leaf, and a node
            x = leaf(1.0, 2.0)
            h = through(x)
            (same(h, "float64") * third + same(h, how)).sum().backward()
            assert x.grad.tolist() == [1 + third] * 2
            x = leaf(1.0, 2.0)
            h = through(x)
            (same(h, how) + same(h, "float64") * third).sum().backward()
            assert x.grad.tolist() == [1 + third] * 2


def test_a_rule_that_returns_a_tensor_in_a_pass_on_arrays_is_named():
    """It is told what to compute with; Python's word would be that a Tensor has no `base`."""

    @op(family=SCALER, formula="z = 2x")
    def twice(x):
        """2x."""
        return x * 2

    twice.defvjp(x=lambda g: g * torch.full(g.shape, 2.0, dtype=torch.float64))
    for x in (leaf(1.0), leaf(1.0) * 1):
        with pytest.raises(RuleError, match=r"twice.*of x returned a tensor.*arrays.*NumPy"):
            twice(x).backward()


@pytest.mark.parametrize(
    ("build", "first"),
    [(lambda plus, h: plus(h, h), 0), (lambda plus, h: plus(plus(h, h), h), 1)],
)
def test_a_gradient_that_is_nobody_elses_is_not_copied(build, first):
    """It is added into where paths meet, at a leaf or a node, and lands in `.grad` as it is."""
    received, sent = [], []

    @op(family=SWITCH, formula="z = x + y")
    def plus(x, y):
        """x + y."""
        return x + y

    def place(array):
        return array.__array_interface__["data"][0]

    def fresh(g):
        share = g * 1.0
        received.append(place(g))
        sent.append(place(share))
        return share

    plus.defvjp(x=fresh, y=fresh)
    x = leaf(1.0, 2.0)
    build(plus, x).sum().backward()
    assert place(x.grad.array) == sent[first]
    x.grad = None
    received.clear()
    sent.clear()
    build(plus, plus(x, 0.0)).sum().backward()
    assert received[-1] == sent[first]
    assert place(x.grad.array) == sent[-1]
