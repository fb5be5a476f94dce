"""Fashion-MNIST: found where it is, never mistaken for MNIST, fetched with its sums."""

from __future__ import annotations

import gzip
import hashlib
import io
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest

from tests.data.archives import IDX, idx_bytes, little_mnist, write_idx, write_npz
from tinygrad_edu.data import download, fashion_mnist, mnist
from tinygrad_edu.data.mnist import VARIABLE
from tinygrad_edu.errors import DataError, DataMissing


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without the variable, whose cache is empty."""
    monkeypatch.delenv(VARIABLE, raising=False)
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "cache"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return tmp_path


def files() -> dict[str, bytes]:
    """The four files of a small set, by name."""
    return {f"{IDX[key]}.gz": gzip.compress(idx_bytes(a)) for key, a in little_mnist().items()}


def test_a_path_is_an_archive_a_folder_or_a_folder_within(tmp_path: Path) -> None:
    """MNIST's layout, with the classes by name."""
    data = fashion_mnist(write_npz(tmp_path / "any.npz"))
    assert data.class_names[9] == "Ankle boot"
    assert len(data.class_names) == data.classes == 10
    assert repr(data).startswith("<fashion-mnist: 20 examples")
    assert data.x_train.shape == (20, 784)
    assert 0 <= data.x_train.array.min() <= data.x_train.array.max() <= 1
    plain, within = tmp_path / "plain", tmp_path / "within" / "fashion-mnist"
    for folder, place in ((plain, plain), (within, within.parent)):
        folder.mkdir(parents=True)
        write_idx(folder)
        np.testing.assert_array_equal(fashion_mnist(place).x_test.array, data.x_test.array)
    assert mnist(tmp_path / "any.npz").class_names == ()


def test_the_variable_may_name_a_folder_of_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes its own: by the archive's name, or from the folder `fashion-mnist`."""
    write_npz(tmp_path / "mnist.npz", y_test=np.full(10, 1))
    write_npz(tmp_path / "fashion-mnist.npz", y_test=np.full(10, 2))
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert [mnist().y_test.array[0], fashion_mnist().y_test.array[0]] == [1, 2]
    monkeypatch.setenv(VARIABLE, str(tmp_path / "fashion-mnist.npz"))
    assert fashion_mnist().y_test.array[0] == 2


@pytest.mark.parametrize("kind", ["idx", "archive", "folder"])
def test_mnist_is_not_taken_for_it(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable that is there for MNIST leads to an error, though its files look alike."""
    place = tmp_path
    if kind == "idx":
        write_idx(tmp_path)
    else:
        file = write_npz(tmp_path / "mnist.npz")
        place = file if kind == "archive" else tmp_path
    monkeypatch.setenv(VARIABLE, str(place))
    assert len(mnist().x_train) == 20
    with pytest.raises(DataMissing, match=rf"fashion-mnist \({VARIABLE}\): .*fashion-mnist\.npz"):
        fashion_mnist()


def test_a_download_with_the_published_sums_is_kept(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four files, fetched once, in a folder of their own."""
    content, fetched = files(), []

    def fetch(url: str) -> io.BytesIO:
        fetched.append(url)
        return io.BytesIO(content[url.rpartition("/")[2]])

    sums = {name: hashlib.md5(body).hexdigest() for name, body in content.items()}
    monkeypatch.setattr(download, "open_https", fetch)
    monkeypatch.setattr(download, "FASHION_SUMS", sums)
    for _ in range(2):
        assert len(fashion_mnist().x_train) == 20
    assert sorted(fetched) == sorted(download.FASHION_URL + name for name in content)
    (folder,) = cache.rglob("fashion-mnist")
    assert sorted(path.name for path in folder.iterdir()) == sorted(content)
    assert [path.name for path in folder.parent.iterdir()] == ["fashion-mnist"]


def test_a_download_that_fails_leaves_nothing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other bytes, or no network in the middle: no folder, and an error that says what to do."""
    content = files()
    monkeypatch.setattr(
        download, "open_https", lambda url: io.BytesIO(content["t10k-labels-idx1-ubyte.gz"])
    )
    with pytest.raises(DataError, match=r"has MD5 .* the original has 8d4fb7e6"):
        fashion_mnist()

    def broken(url: str) -> io.BytesIO:
        raise URLError("Name or service not known")

    monkeypatch.setattr(download, "open_https", broken)
    with pytest.raises(DataMissing, match=r"fashion-mnist: it is not in .*not known") as refusal:
        fashion_mnist()
    assert VARIABLE in str(refusal.value)
    with pytest.raises(DataMissing, match="download=False"):
        fashion_mnist(download=False)
    assert not list(cache.rglob("*fashion-mnist*"))


def test_the_sums_are_those_that_were_published() -> None:
    """The names of the original files, over HTTPS."""
    assert sorted(download.FASHION_SUMS) == sorted(f"{name}.gz" for name in IDX.values())
    assert download.FASHION_URL.startswith("https://")
