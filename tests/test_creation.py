"""New tensors: what they hold, of which type, and whose memory it is."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu.errors import ArgumentError, DTypeError, InputTypeError, ShapeError


@pytest.mark.parametrize(
    ("data", "dtype", "shape"),
    [
        (1, "int64", ()),
        (1.5, "float32", ()),
        (True, "bool", ()),
        ([1, 2], "int64", (2,)),
        ([1, 2.5], "float32", (2,)),
        ([True, 2], "int64", (2,)),
        ([], "float32", (0,)),
        ([[], []], "float32", (2, 0)),
        (((1, 2), (3, 4)), "int64", (2, 2)),
        (range(3), "int64", (3,)),
        (np.float64(1), "float64", ()),
        (np.arange(3, dtype=np.int32), "int32", (3,)),
        ([np.float64(1), 2.0], "float64", (2,)),
        ([np.float32(1), 2], "float32", (2,)),
        ([np.ones(2), np.ones(2)], "float64", (2, 2)),
        (np.array([1.0], dtype=">f8"), "float64", (1,)),
    ],
)
def test_the_type_of_a_tensor_follows_its_data(data, dtype, shape):
    """Python's floats become float32, NumPy's keep their type, also inside of lists."""
    x = torch.tensor(data)
    assert (str(x.dtype), x.shape) == (dtype, shape)
    np.testing.assert_array_equal(x.numpy(), np.asarray(data))


def test_lists_may_hold_tensors():
    """Their numbers are copied; the history is not."""
    a = torch.tensor(1.0, requires_grad=True)
    x = torch.tensor([a, 2])
    assert (x.tolist(), x.dtype, x.requires_grad) == ([1, 2], torch.float32, False)
    assert torch.tensor([a.double(), 2]).dtype == torch.float64


def test_dtype_decides():
    """Fractions are cut off, negative numbers wrap into unsigned types, float means float64."""
    assert torch.tensor([1.7, -1.7], dtype=torch.int64).tolist() == [1, -1]
    assert torch.tensor(-1, dtype=torch.uint8).item() == 255
    assert torch.zeros(1, dtype=float).dtype == torch.float64
    assert torch.zeros(1, dtype=int).dtype == torch.int64
    assert torch.zeros(1, dtype="float16").dtype == torch.half


def test_the_default_type_may_be_changed():
    """After set_default_dtype(float64) new floats, and integers made floats, are float64."""
    torch.set_default_dtype(torch.float64)
    try:
        found = [
            torch.tensor(1.5),
            torch.ones(1),
            torch.rand(1),
            torch.tensor([1]) / 2,
            torch.arange(2.0),
        ]
        assert {x.dtype for x in found} == {torch.float64}
        assert repr(torch.ones(1)) == "tensor([1.])"
    finally:
        torch.set_default_dtype(torch.float32)
    assert torch.get_default_dtype() == torch.float32
    with pytest.raises(DTypeError, match="int32"):
        torch.set_default_dtype(torch.int32)


@pytest.mark.parametrize(
    ("data", "options", "error", "says"),
    [
        ([[1, 2], [3]], {}, ValueError, "different lengths"),
        ("a", {}, TypeError, "'a' of type str"),
        (None, {}, TypeError, "NoneType"),
        ([1, None], {}, TypeError, "not made of numbers"),
        ({"a": 1}, {}, TypeError, "dict"),
        (1 + 2j, {}, TypeError, "complex"),
        (2**70, {}, ValueError, "int64 can hold"),
        ([2**63], {}, ValueError, "int64 can hold"),
        (300, {"dtype": torch.uint8}, RuntimeError, "300.*uint8.*0 to 255"),
        ([1.0, float("nan")], {"dtype": torch.int64}, RuntimeError, "nan.*int64"),
        ([1, 2], {"requires_grad": True}, RuntimeError, "int64.*float"),
        (1.0, {"dtype": "text"}, TypeError, "text"),
        (1.0, {"dtype": complex}, TypeError, "complex"),
        (1.0, {"device": "cuda"}, RuntimeError, "CPU"),
    ],
)
def test_what_cannot_be_a_tensor_is_refused(data, options, error, says):
    """Nothing is cut off, wrapped or guessed in silence."""
    with pytest.raises(error, match=says):
        torch.tensor(data, **options)


# -- whose memory


def test_tensor_copies_from_numpy_shares_and_as_tensor_shares_where_it_can():
    """from_numpy sees changes both ways; tensor() never does."""
    array = np.zeros(2, dtype=np.float32)
    copied, shared, maybe = torch.tensor(array), torch.from_numpy(array), torch.as_tensor(array)
    array[0] = 1
    shared[1] = 2
    assert copied.tolist() == [0, 0]
    assert array.tolist() == shared.tolist() == maybe.tolist() == [1, 2]
    x = torch.ones(2)
    assert torch.as_tensor(x) is x
    assert torch.as_tensor(array, dtype=torch.float64).dtype == torch.float64
    assert torch.as_tensor([1, 2]).dtype == torch.int64


@pytest.mark.parametrize(
    ("thing", "error", "says"),
    [
        ([1, 2], InputTypeError, "list"),
        (np.float64(1), InputTypeError, "float64"),
        (np.array(["a"]), InputTypeError, "type of number"),
        (np.array([1j]), InputTypeError, "complex128"),
        (np.array([1.0], dtype=">f8"), ArgumentError, "order of another machine"),
    ],
)
def test_from_numpy_takes_arrays_of_numbers(thing, error, says):
    """What cannot be shared is refused."""
    with pytest.raises(error, match=says):
        torch.from_numpy(thing)


# -- filled


@pytest.mark.parametrize("make", [torch.zeros, torch.ones, torch.empty, torch.rand, torch.randn])
def test_a_size_is_given_in_pieces_as_a_tuple_or_by_name(make):
    """zeros(2, 3), zeros((2, 3)), zeros([2, 3]), zeros(size=(2, 3)); () is one number."""
    assert {make(2, 3).shape, make((2, 3)).shape, make([2, 3]).shape, make(size=(2, 3)).shape} == {
        (2, 3)
    }
    assert make(()).shape == ()
    assert make(0, 2).shape == (0, 2)
    assert make(2, requires_grad=True).requires_grad
    assert make(torch.ones(4, 1).shape).shape == (4, 1)
    for wrong, error in (((), InputTypeError), ((2.5,), InputTypeError), ((-1,), ShapeError)):
        with pytest.raises(error, match=make.__name__):
            make(*wrong)


def test_full_takes_the_type_of_its_number():
    """3 → int64, 3.0 → float32, True → bool."""
    kinds = [str(torch.full((2,), value).dtype) for value in (3, 3.0, True)]
    assert kinds == ["int64", "float32", "bool"]


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        ((4,), [0, 1, 2, 3]),
        ((1, 4), [1, 2, 3]),
        ((1, 6, 2), [1, 3, 5]),
        ((3, 0, -1), [3, 2, 1]),
        ((0,), []),
        ((0, 1, 0.25), [0, 0.25, 0.5, 0.75]),
    ],
)
def test_arange(arguments, numbers):
    """Whole numbers stay int64, fractions make float32."""
    x = torch.arange(*arguments)
    assert x.tolist() == numbers
    assert x.dtype == (torch.float32 if 0.25 in arguments else torch.int64)


@pytest.mark.parametrize("arguments", [(1, 5, 0), (1, 5, -1), (5, 1)])
def test_an_arange_that_never_arrives_is_refused(arguments):
    """Step 0, or a step in the wrong direction."""
    with pytest.raises(ArgumentError, match="never arrives"):
        torch.arange(*arguments)


def test_linspace_includes_both_ends():
    """Its step is (end − start)/(steps − 1)."""
    assert torch.linspace(0, 1, 5).tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert torch.linspace(2, 3, 1).tolist() == [2]
    assert torch.logspace(0, 2, 3).tolist() == [1, 10, 100]
    with pytest.raises(ShapeError, match="negative"):
        torch.linspace(0, 1, -1)


def test_like_another_tensor():
    """Shape and type are the other's, unless said otherwise; the wish for a gradient is not."""
    x = torch.ones(2, 1, dtype=torch.float64, requires_grad=True)
    for make in (
        torch.zeros_like,
        torch.ones_like,
        torch.empty_like,
        torch.rand_like,
        torch.randn_like,
    ):
        assert (make(x).shape, make(x).dtype, make(x).requires_grad) == (
            (2, 1),
            torch.float64,
            False,
        )
        assert make(x, dtype=torch.float32).dtype == torch.float32
    assert torch.full_like(torch.tensor(0), 7).item() == 7
    assert torch.zeros_like(torch.tensor(5)).shape == ()


# -- from chance


def test_a_seed_repeats_everything():
    """manual_seed, a Generator of one's own, and the state all lead back."""

    def draw(**options):
        return [
            torch.rand(2, **options).tolist(),
            torch.randn(2, **options).tolist(),
            torch.randint(100, (2,), **options).tolist(),
            torch.randperm(5, **options).tolist(),
        ]

    torch.manual_seed(3)
    first, state = draw(), torch.get_rng_state()
    second = draw()
    torch.set_rng_state(state)
    assert draw() == second != first
    torch.manual_seed(3)
    assert draw() == first
    own = torch.Generator().manual_seed(3)
    assert draw(generator=own) == first


def test_random_numbers_lie_where_they_should():
    """Ranges, means and spreads of 20,000 draws, within five standard errors."""
    torch.manual_seed(0)
    n, u = torch.randn(20_000), torch.rand(20_000)
    assert abs(n.mean().item()) < 0.036
    assert abs(n.std().item() - 1) < 0.025
    assert 0 <= u.min().item() <= u.max().item() < 1
    assert set(torch.randint(2, 5, (200,)).tolist()) == {2, 3, 4}
    assert sorted(torch.randperm(6).tolist()) == list(range(6))
    assert torch.bernoulli(torch.tensor([0.0, 1.0])).tolist() == [0, 1]
    assert set(torch.multinomial(torch.tensor([0.0, 1.0, 1.0]), 50, replacement=True).tolist()) == {
        1,
        2,
    }
    drawn = torch.normal(torch.tensor([10.0, -10.0]), 0.1)
    assert drawn[0] > 9 > -9 > drawn[1]


@pytest.mark.parametrize(
    ("draw", "error"),
    [
        (lambda: torch.randint(5, 5, (2,)), ArgumentError),
        (lambda: torch.randint(5, 3), InputTypeError),
        (lambda: torch.randn(2, dtype=torch.int64), DTypeError),
        (lambda: torch.normal(0.0, -1.0, (2,)), ArgumentError),
        (lambda: torch.bernoulli(torch.tensor([2.0])), ArgumentError),
        (lambda: torch.multinomial(torch.tensor([-1.0, 1.0]), 1), ArgumentError),
        (lambda: torch.multinomial(torch.tensor([0.0, 1.0]), 2), ArgumentError),
        (lambda: torch.manual_seed("one"), ArgumentError),
    ],
)
def test_a_draw_that_cannot_be_made_is_refused(draw, error):
    """Empty ranges, negative spreads, impossible probabilities."""
    with pytest.raises(error):
        draw()


def test_the_older_constructor_takes_lists_and_refuses_shapes():
    """`Tensor([1, 2])` is `tensor([1.0, 2.0])`; `Tensor(2, 3)` says what to write instead."""
    assert torch.Tensor([1, 2]).tolist() == [1.0, 2.0]
    assert torch.Tensor([1, 2]).dtype == torch.float32
    with pytest.raises(TypeError, match="empty"):
        torch.Tensor(2, 3)


def test_a_subclass_of_numpys_array_is_taken_as_the_array_that_it_is():
    """`np.matrix`, say, gives `*` another meaning, which a tensor does not take over."""

    class Matrix(np.ndarray):
        __mul__ = np.ndarray.__matmul__

    m = np.array([[1.0, 2.0], [3.0, 4.0]]).view(Matrix)
    t = torch.from_numpy(m)
    assert (t * t).tolist() == [[1, 4], [9, 16]]
    t[0, 0] = 7.0
    assert m[0, 0] == 7


@pytest.mark.parametrize(
    "make",
    [
        lambda s: torch.full((2,), s),
        lambda s: torch.full_like(torch.ones(2), s),
        lambda s: torch.ones(2).new_full((2,), s),
    ],
)
def test_a_number_with_a_history_does_not_fill_a_constant(make):
    """Its gradient would be lost without a word."""
    with pytest.raises(TypeError, match="expand"):
        make(torch.tensor(3.0, requires_grad=True))
    assert make(torch.tensor(3.0)).tolist() == [3, 3]
