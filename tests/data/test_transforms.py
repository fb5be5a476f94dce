"""Transforms: each does what its definition says, in batches, and again with the same seed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as te
from tinygrad_edu.data import (
    DataLoader,
    Dataset,
    TensorDataset,
    TransformDataset,
    digits,
    transforms,
)
from tinygrad_edu.data.transforms.warp import gaussian, read_between
from tinygrad_edu.errors import TinygradEduError

PICTURES = np.random.default_rng(0).random((300, 9, 8)).astype(np.float32)
RANDOM: dict[str, Callable[..., Any]] = {
    "affine": partial(transforms.affine, degrees=20, translate=0.1, scale=(0.8, 1.2), shear=10),
    "elastic": transforms.elastic,
    "distort": partial(transforms.distort, degrees=20, alpha=10.0),
    "thickness": transforms.thickness,
}
every = pytest.mark.parametrize("name", RANDOM)


def seeded() -> te.Generator:
    return te.Generator().manual_seed(1)


@every
def test_a_seed_repeats_a_transform(name: str) -> None:
    """By a generator or the library's; the input stays as it was, every picture differs."""
    before = PICTURES.copy()
    first = RANDOM[name](PICTURES, generator=seeded())
    np.testing.assert_array_equal(RANDOM[name](PICTURES, generator=seeded()), first)
    te.manual_seed(5)
    library = RANDOM[name](PICTURES)
    te.manual_seed(5)
    np.testing.assert_array_equal(RANDOM[name](PICTURES), library)
    np.testing.assert_array_equal(PICTURES, before)
    assert first.dtype == np.float32
    assert not (first == library).all(axis=(1, 2)).any()
    same = RANDOM[name](np.repeat(PICTURES[:1], 5, axis=0), generator=seeded())
    assert len({picture.tobytes() for picture in same}) == 5


@every
def test_tensors_and_channels(name: str) -> None:
    """A tensor gives a tensor; all channels of a picture are changed alike; none is none."""
    x = te.tensor(np.stack([PICTURES, PICTURES], axis=1))
    z = RANDOM[name](x, generator=seeded())
    assert isinstance(z, te.Tensor)
    np.testing.assert_array_equal(z.array[:, 0], z.array[:, 1])
    np.testing.assert_array_equal(z.array[:, 0], RANDOM[name](PICTURES, generator=seeded()))
    for shape in ((0, 9, 8), (2, 0, 8), (0, 3, 4, 4)):
        assert RANDOM[name](np.zeros(shape, np.float32)).shape == shape
    assert RANDOM[name](PICTURES.astype(np.float64)).dtype == np.float64


def test_between_pixels_is_their_mean_and_outside_is_dark() -> None:
    """Bilinear: exact on pixels, halfway the mean, and fading to 0 within a pixel of the edge."""
    x = np.array([[[1.0, 3.0], [5.0, 7.0]]], np.float32)

    def at(row: float, column: float) -> float:
        place = (np.full((1, 1, 1), v, np.float32) for v in (row, column))
        return read_between(x, *place).item()

    assert [at(0, 0), at(0, 1), at(1, 0), at(1, 1)] == [1, 3, 5, 7]
    assert at(0, 0.5) == 2
    assert at(0.5, 0.5) == 4
    assert at(1, 1.25) == 7 * 0.75
    assert [at(-1, 0), at(2, 1), at(-9, 0), at(0, 1e6), at(1, -0.5)] == [0, 0, 0, 0, 2.5]


class Fixed:
    """A generator that draws the upper end of every range."""

    @property
    def numpy(self) -> Any:
        return self

    def uniform(self, low: float, high: float, size: Any) -> np.ndarray:
        """The largest number."""
        return np.full(size, high)


def test_affine_maps_are_what_they_are_called() -> None:
    """A quarter turn, a shift by whole pixels, a doubling, a slant: known pictures come out."""
    x = np.arange(1.0, 26.0, dtype=np.float32).reshape(1, 5, 5)
    fixed: Any = Fixed()
    turned = transforms.affine(x, degrees=90, generator=fixed)
    np.testing.assert_allclose(turned[0], np.rot90(x[0]), atol=1e-4)
    moved = transforms.affine(x, translate=0.2, generator=fixed)
    np.testing.assert_allclose(moved[0, 1:, 1:], x[0, :-1, :-1], atol=1e-4)
    assert np.abs(moved[0, 0]).max() < 1e-4
    larger = transforms.affine(x, scale=(1, 2), generator=fixed)
    np.testing.assert_allclose(larger[0, ::2, ::2], x[0, 1:4, 1:4], atol=1e-4)
    slanted = transforms.affine(x, shear=45, generator=fixed)
    np.testing.assert_allclose(slanted[0, 2], x[0, 2], atol=1e-4)
    np.testing.assert_allclose(slanted[0, 3, 1:], x[0, 3, :-1], atol=1e-4)
    np.testing.assert_allclose(slanted[0, 1, :-1], x[0, 1, 1:], atol=1e-4)


def test_no_range_is_no_change() -> None:
    """With every range at its default an affine map is the identity."""
    np.testing.assert_allclose(transforms.affine(PICTURES), PICTURES, atol=1e-5)


def test_smoothing_is_that_of_scipy() -> None:
    """The matrix, on both sides of a picture, is the Gaussian filter with zeros outside."""
    ndimage = pytest.importorskip("scipy.ndimage", reason="SciPy is not installed")
    x = np.random.default_rng(0).normal(size=(12, 9))
    ours = gaussian(12, 2.0) @ x @ gaussian(9, 2.0)
    theirs = ndimage.gaussian_filter(x, 2.0, mode="constant", truncate=8)
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_elastic_is_smooth_and_its_strength_is_alpha() -> None:
    """Neighbours move together; a picture of ramps shows how far: twice as far for twice alpha."""
    ramp = np.broadcast_to(np.arange(40.0, dtype=np.float32), (50, 40, 40)).copy()
    moves = [transforms.elastic(ramp, a, 4.0, generator=seeded()) - ramp for a in (10.0, 20.0)]
    inside = [m[:, 8:-8, 8:-8] for m in moves]
    np.testing.assert_allclose(inside[1], 2 * inside[0], atol=1e-3)
    # The theory: uniform noise of deviation alpha/√3, smoothed, has alpha/(√3 · 2 σ √π).
    assert inside[0].std() == pytest.approx(10 / (np.sqrt(3) * 8 * np.sqrt(np.pi)), rel=0.1)
    assert np.abs(np.diff(inside[0], axis=2)).mean() < 0.3 * np.abs(inside[0]).mean()


def test_dilation_and_erosion_are_those_of_scipy() -> None:
    """The largest and the smallest of a pixel and its four neighbours."""
    ndimage = pytest.importorskip("scipy.ndimage", reason="SciPy is not installed")
    cross = ndimage.generate_binary_structure(2, 1)[None]
    for ours, theirs, outside in (
        (transforms.dilate, ndimage.grey_dilation, -np.inf),
        (transforms.erode, ndimage.grey_erosion, np.inf),
    ):
        expected = theirs(PICTURES, footprint=cross, mode="constant", cval=outside)
        np.testing.assert_array_equal(ours(PICTURES), expected)


def test_thickness_lies_between_erosion_and_dilation() -> None:
    """An amount of 0 changes nothing; some pictures gain light and some lose it."""
    z = transforms.thickness(PICTURES, 1.0, generator=seeded())
    assert (z <= transforms.dilate(PICTURES) + 1e-6).all()
    assert (z >= transforms.erode(PICTURES) - 1e-6).all()
    gains = (z - PICTURES).mean(axis=(1, 2))
    assert 100 < (gains > 0).sum() < 200
    np.testing.assert_array_equal(transforms.thickness(PICTURES, 0.0), PICTURES)


def test_a_scale_is_fitted_once_and_used_everywhere() -> None:
    """Mean 0 and deviation 1 on what it was fitted on, the same numbers on the rest, and back."""
    x_train, _, x_test, _ = digits()
    scale = transforms.standardizer(x_train)
    z = scale(x_train)
    moving = x_train.array.std(0) > 0
    np.testing.assert_allclose(z.array.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(z.array.std(0)[moving], 1, atol=1e-4)
    assert np.abs(z.array[:, ~moving]).max() == 0
    assert abs(scale(x_test).array[:, moving].mean()) > 1e-4  # not fitted again
    np.testing.assert_allclose(scale.inverse(z).array, x_train.array, atol=1e-5)
    assert z.dtype == np.float32
    whole = transforms.standardizer(x_train, each=False)(x_train).array
    assert [whole.mean(), whole.std()] == pytest.approx([0, 1], abs=1e-4)


def test_min_max_goes_from_0_to_1() -> None:
    """Feature by feature, or all together; a feature that never changes becomes 0."""
    x = np.array([[1.0, 5.0, 7.0], [3.0, 9.0, 7.0], [2.0, 5.0, 7.0]])
    expected = [[0, 0, 0], [1, 1, 0], [0.5, 0, 0]]
    np.testing.assert_array_equal(transforms.min_max_scaler(x)(x), expected)
    np.testing.assert_array_equal(transforms.min_max_scaler(x, each=False)(x), (x - 1) / 8)


def test_small_changes_of_form() -> None:
    """Bytes as parts of 1, labels as rows, pictures as rows, channels brought to a known scale."""
    z = transforms.to_float(te.tensor([0, 51, 255], dtype=te.uint8))
    assert z.dtype == np.float32
    np.testing.assert_allclose(z.array, [0, 0.2, 1], rtol=1e-6)
    assert transforms.to_float(te.tensor([2])).tolist() == [2.0]
    assert transforms.one_hot(te.tensor([2, 0])).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert transforms.one_hot(np.array([1]), 3).dtype == np.float32
    assert transforms.flatten(te.zeros(2, 3, 4)).shape == (2, 12)
    x = np.ones((2, 2, 1, 1), np.float32)
    assert transforms.normalize(x, [1, 0], [2, 0.5]).ravel().tolist() == [0, 2, 0, 2]
    assert transforms.normalize(x, 0.5, 0.25).ravel().tolist() == [2, 2, 2, 2]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: transforms.affine(PICTURES[0]), r"not a batch of pictures"),
        (lambda: transforms.affine(te.zeros(2, 3, 3, requires_grad=True)), "detach"),
        (lambda: transforms.affine([[1.0]]), "received list"),
        (lambda: transforms.affine(np.zeros((1, 2, 2), np.uint8)), "to_float"),
        (lambda: transforms.affine(PICTURES, degrees=-1), "degrees=-1"),
        (lambda: transforms.affine(PICTURES, degrees=float("nan")), "degrees=nan"),
        (lambda: transforms.affine(PICTURES, translate=2), "translate=2"),
        (lambda: transforms.affine(PICTURES, shear=90), "shear=90"),
        (lambda: transforms.affine(PICTURES, scale=(0, 1)), "scale="),
        (lambda: transforms.affine(PICTURES, scale=(2, 1)), "scale="),
        (lambda: transforms.elastic(PICTURES, sigma=0), "sigma=0"),
        (lambda: transforms.elastic(PICTURES, alpha=-1), "alpha=-1"),
        (lambda: transforms.thickness(PICTURES, 1.5), r"amount=1\.5"),
        (lambda: transforms.standardizer(np.zeros((0, 3))), "no examples"),
        (lambda: transforms.standardizer(np.array([1.0, np.nan])), "NaN"),
        (lambda: transforms.standardizer(np.array([1, 2])), "to_float"),
        (lambda: transforms.standardizer(np.eye(3))(np.ones((2, 4))), "other features"),
        (lambda: transforms.normalize(PICTURES, 0, 0), "std=0"),
        (lambda: transforms.normalize(PICTURES, [0, 1], [1, 1]), r"\(N, 2, H, W\)"),
        (lambda: transforms.one_hot(te.tensor([3]), 3), "3"),
        (lambda: transforms.flatten(te.tensor(1.0)), "single number"),
        (lambda: TransformDataset([1], 5), "transform is int"),
        (lambda: TransformDataset(TensorDataset(te.ones(3)))[[0, 1]], "Subset"),
    ],
)
def test_bad_input_is_refused(call: Callable[[], Any], message: str) -> None:
    """What was asked, what was received, what would do."""
    with pytest.raises(TinygradEduError, match=message):
        call()


# -- in a loader


def rows() -> TensorDataset:
    return TensorDataset(te.arange(12).float().reshape(6, 2), te.arange(6))


def test_a_transform_is_called_once_a_batch() -> None:
    """With all inputs of the batch; the labels stay with them, the data set as it was."""
    sizes = []

    def twice(x: te.Tensor) -> te.Tensor:
        sizes.append(len(x))
        return x * 2

    data = rows()
    loader = DataLoader(TransformDataset(data, twice, lambda y: -y), 4, shuffle=True)
    for x, y in loader:
        np.testing.assert_array_equal(x.array[:, 0], -4 * y.array)
    assert sizes == [4, 2]
    assert data.tensors[0].tolist()[1] == [2, 3]


def test_one_example_is_a_batch_of_one() -> None:
    """`dataset[i]` has the shape of an example, is a tuple, and is what a loader serves."""
    data = TransformDataset(rows(), lambda x: x + 1)
    x, y = data[3]
    assert (x.tolist(), y.item(), len(data)) == ([7, 8], 3, 6)
    assert next(iter(DataLoader(data, 6)))[0].tolist()[3] == [7, 8]
    assert TransformDataset(te.ones(3, 2), lambda x: x * 3)[0].tolist() == [3, 3]


def test_any_data_set_can_be_transformed() -> None:
    """Examples that are read one by one are collected first; subsets, transforms of transforms."""

    class Squares(Dataset):
        def __len__(self) -> int:
            return 5

        def __getitem__(self, i: int) -> tuple[float, int]:
            if i >= 5:
                raise IndexError(i)
            return float(i * i), i

    once = TransformDataset(Squares(), lambda x: x.numpy() + 1)  # an array will do
    again = TransformDataset(once, lambda x: x * 2)
    for loader in (DataLoader(again, 2), DataLoader(again, 2, sampler=[0, 1, 2, 3, 4])):
        assert [x.tolist() for x, _ in loader] == [[2, 4], [10, 20], [34]]


def test_a_transform_that_loses_examples_is_refused() -> None:
    """What was written for a single example would fail far away otherwise."""
    data = TransformDataset(rows(), lambda x: x[0])
    with pytest.raises(TinygradEduError, match="many examples at once"):
        next(iter(DataLoader(data, 4)))


def test_a_random_transform_resumes_with_its_generator() -> None:
    """The loader's state and the generators' give the pictures that were to come."""

    def make() -> tuple[te.Generator, DataLoader]:
        g = seeded()
        bent = partial(transforms.elastic, generator=g)
        data = TensorDataset(te.tensor(PICTURES[:20]), te.arange(20))
        return g, DataLoader(TransformDataset(data, bent), 4, shuffle=True, generator=g)

    g, loader = make()
    first = [x.array for x, _ in loader]
    g, loader = make()
    for _, _ in zip(range(2), loader, strict=False):
        pass
    state, drawn = loader.state_dict(), g.get_state()
    g, loader = make()
    loader.load_state_dict(state)
    g.set_state(drawn)
    np.testing.assert_array_equal([x.array for x, _ in loader], first[2:])
