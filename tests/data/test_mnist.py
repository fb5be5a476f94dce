"""MNIST: found in every documented place and layout, and refused where it is something else."""

from __future__ import annotations

import io
import os
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest

from tests.data.archives import IDX, little_mnist, write_idx, write_npz
from tinygrad_edu.data import download, mnist
from tinygrad_edu.data.mnist import VARIABLE, cache_folder
from tinygrad_edu.errors import DataError, DataMissing

real = pytest.mark.skipif(
    not os.environ.get(VARIABLE), reason=f"{VARIABLE} does not name a folder with MNIST"
)


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user with an empty cache and no settings; returns the cache's folder."""
    monkeypatch.delenv(VARIABLE, raising=False)
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    return cache_folder()


def test_every_layout_gives_the_same_data(tmp_path: Path) -> None:
    """An archive, its folder, and folders of IDX files in either spelling give the same."""
    expected = little_mnist()["x_train"].reshape(20, 784) / np.float32(255)
    places = [write_npz(tmp_path / "mnist.npz"), tmp_path]
    for gzipped, joint in (True, "-"), (False, "-"), (True, "."):
        folder = tmp_path / f"{gzipped}{joint}x"
        folder.mkdir()
        places.append(write_idx(folder, gzipped=gzipped, joint=joint))
    for place in places:
        data = mnist(place)
        assert np.array_equal(data.x_train.array, expected)
        assert data.x_train.dtype == np.float32
        assert data.y_test.array.tolist() == list(range(10))
        assert data.y_test.dtype == np.int64
        assert data.image_shape == (28, 28)


def test_the_path_comes_before_the_variable_and_that_before_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alone: Path
) -> None:
    """Of a path, a variable and a cache that are all there, the first named one is read."""
    for n, folder in ((1, tmp_path / "path"), (2, tmp_path / "variable"), (3, alone)):
        folder.mkdir(parents=True)
        write_npz(folder / "mnist.npz", y_test=np.full(10, n, np.uint8))
    assert mnist().y_test.array[0] == 3
    monkeypatch.setenv(VARIABLE, str(tmp_path / "variable"))
    assert mnist().y_test.array[0] == 2
    assert mnist(tmp_path / "path").y_test.array[0] == 1
    monkeypatch.setenv(VARIABLE, str(tmp_path / "variable" / "mnist.npz"))
    assert mnist().y_test.array[0] == 2


def test_a_named_place_is_never_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alone: Path
) -> None:
    """A path or a variable that leads nowhere is an error, though the cache holds the file."""
    alone.mkdir(parents=True)
    write_npz(alone / "mnist.npz")
    with pytest.raises(DataMissing, match=r"mnist: there is no file or folder .*nowhere"):
        mnist(tmp_path / "nowhere")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(DataMissing, match=rf"mnist \({VARIABLE}\): there is no file or folder"):
        mnist()


def test_a_folder_without_the_files_says_which_it_lacks(tmp_path: Path) -> None:
    """Of IDX files, the ones that are not there are named."""
    write_idx(tmp_path)
    (tmp_path / f"{IDX['y_test']}.gz").unlink()
    with pytest.raises(DataMissing, match=r"it lacks t10k-labels-…-ubyte\.gz\."):
        mnist(tmp_path)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"y_test": None}, "lacks y_test"),
        ({"x_train": np.zeros((20, 32, 32), np.uint8)}, r"x_train .* shape \(20, 32, 32\)"),
        ({"x_train": np.zeros((20, 784), np.uint8)}, r"x_train .* shape \(20, 784\)"),
        ({"x_train": np.zeros((20, 28, 28), np.float32)}, "x_train .* is float32"),
        ({"x_test": np.zeros((0, 28, 28), np.uint8)}, r"x_test .* shape \(0, 28, 28\)"),
        ({"x_test": np.array(5)}, r"x_test .* shape \(\)"),
        ({"y_train": np.zeros(19, np.uint8)}, r"y_train .* shape \(19,\), but 20 whole numbers"),
        ({"y_train": np.zeros(20)}, "y_train .* is float64"),
        ({"y_train": np.full(20, 10, np.uint8)}, "y_train .* goes from 10 to 10"),
        ({"y_train": np.full(20, -1)}, "y_train .* goes from -1 to -1"),
    ],
)
def test_other_arrays_are_refused(
    tmp_path: Path, changed: dict[str, np.ndarray | None], message: str
) -> None:
    """A missing array, wrong shape, wrong type or wrong label is named with what was received."""
    with pytest.raises(DataError, match=message):
        mnist(write_npz(tmp_path / "mnist.npz", **changed))


def test_objects_in_the_archive_are_refused(tmp_path: Path) -> None:
    """An archive with pickled objects is refused, whatever they are."""
    path = write_npz(tmp_path / "mnist.npz", y_test=np.array([{}] * 10, dtype=object))
    with pytest.raises(DataError, match="pickled Python objects"):
        mnist(path)


def test_no_network_says_where_to_put_the_file(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a network the error names the place for the file and the other ways."""

    def offline(url: str) -> io.BytesIO:
        raise URLError("Name or service not known")

    monkeypatch.setattr(download, "open_https", offline)
    with pytest.raises(DataMissing) as refusal:
        mnist()
    for word in (str(alone / "mnist.npz"), VARIABLE, "--data", "not known"):
        assert word in str(refusal.value)
    assert not alone.exists()
    with pytest.raises(DataMissing, match="download=False"):
        mnist(download=False)


def test_a_download_with_other_bytes_is_not_kept(
    tmp_path: Path, alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A right archive of wrong arrays, a truncated one and a page of text leave no file behind."""
    whole = write_npz(tmp_path / "other.npz").read_bytes()
    for content, message in (
        (whole, "x_train has SHA-256"),
        (whole[:-100], "cannot be used"),
        (b"<html>please log in</html>", "cannot be used"),
        (b"", "cannot be used"),
    ):
        monkeypatch.setattr(download, "open_https", lambda url, c=content: io.BytesIO(c))
        with pytest.raises(DataError, match=message):
            mnist()
        assert not alone.exists()


def test_a_right_download_is_kept_and_read_again(
    tmp_path: Path, alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arrays with the known sums go to the cache once; the second time nothing is fetched."""
    import hashlib

    content = write_npz(tmp_path / "other.npz").read_bytes()
    sums = {name: hashlib.sha256(a.tobytes()).hexdigest() for name, a in little_mnist().items()}
    fetched = []

    def fetch(url: str) -> io.BytesIO:
        fetched.append(url)
        return io.BytesIO(content)

    monkeypatch.setattr(download, "open_https", fetch)
    monkeypatch.setattr(download, "MNIST_SUMS", sums)
    assert len(mnist().x_train) == 20
    assert len(mnist().x_train) == 20
    assert fetched == [download.MNIST_URL]
    assert os.listdir(alone) == ["mnist.npz"]


def test_only_https_is_fetched() -> None:
    """A plain address is refused, and so is a redirection to one."""
    from urllib.request import Request

    assert download.MNIST_URL.startswith("https://")
    with pytest.raises(DataError, match="not an https:// address"):
        download.open_https("http://example.org/mnist.npz")
    with pytest.raises(DataError, match="not an https:// address"):
        download.open_https("file:///etc/hostname")
    with pytest.raises(DataError, match="not an https:// address"):
        download._OnlyHttps().redirect_request(
            Request("https://example.org/a"), None, 302, "Found", {}, "http://example.org/b"
        )


@real
@pytest.mark.mnist
def test_the_real_file_has_the_known_sums() -> None:
    """The pictures that the variable names are MNIST's, bit for bit."""
    import hashlib

    data = mnist()
    assert (len(data.x_train), len(data.x_test)) == (60000, 10000)
    pixels = np.rint(data.x_test.array * 255).astype(np.uint8)
    assert hashlib.sha256(pixels).hexdigest() == download.MNIST_SUMS["x_test"]
    labels = data.y_train.array.astype(np.uint8)
    assert hashlib.sha256(labels).hexdigest() == download.MNIST_SUMS["y_train"]
