"""Files of arrays: damage of every kind is one clear error, and writing is all or nothing."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.data.archives import idx_bytes, write_npz
from tinygrad_edu.data.storage import read_idx, read_npz, write_whole
from tinygrad_edu.errors import DataError, DataMissing

ROOT = Path(__file__).parents[2]


class Bomb:
    """What a hostile archive holds: unpickling it would create a file."""

    def __init__(self, target: str) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[str, ...]]:
        return os.mkdir, (self.target,)


def test_arrays_come_back_as_they_were(tmp_path: Path) -> None:
    """Contiguous, Fortran-ordered, empty and 0-d arrays keep shape, type and values."""
    arrays = {
        "plain": np.arange(12.0).reshape(3, 4),
        "fortran": np.asfortranarray(np.arange(24).reshape(2, 3, 4)),
        "empty": np.zeros((0, 5), np.float32),
        "single": np.array(3, np.int16),
    }
    np.savez(tmp_path / "a.npz", **arrays)  # type: ignore[arg-type]
    read = read_npz(tmp_path / "a.npz")
    assert list(read) == list(arrays)
    for name, array in arrays.items():
        assert read[name].dtype == array.dtype
        assert read[name].shape == array.shape
        assert np.array_equal(read[name], array)
        assert read[name].flags.writeable


def test_a_pickle_inside_an_archive_is_never_run(tmp_path: Path) -> None:
    """An archive of Python objects is refused by name, and the code in it does not run."""
    target = tmp_path / "trap"
    hostile = np.array([Bomb(str(target))], dtype=object)
    np.savez(tmp_path / "x.npz", images=hostile)
    with pytest.raises(DataError, match=r"images\.npy holds pickled Python objects"):
        read_npz(tmp_path / "x.npz")
    assert not target.exists()


def test_a_bare_pickle_is_never_run(tmp_path: Path) -> None:
    """A pickle that bears the name of an archive is refused unread."""
    target = tmp_path / "trap"
    (tmp_path / "x.npz").write_bytes(pickle.dumps(Bomb(str(target))))
    with pytest.raises(DataError, match="cannot be used"):
        read_npz(tmp_path / "x.npz")
    assert not target.exists()


@pytest.mark.parametrize("keep", [0, 10, 100, 0.5, 0.9, -1])
def test_a_truncated_archive_is_an_error(tmp_path: Path, keep: float) -> None:
    """Cut at the start, in the middle or one byte before the end, an archive is refused by name."""
    path = write_npz(tmp_path / "mnist.npz")
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content)) if 0 < keep < 1 else int(keep)])
    with pytest.raises(DataError, match=r"mnist\.npz cannot be used"):
        read_npz(path)


def test_every_flipped_byte_is_noticed_or_harmless(tmp_path: Path) -> None:
    """One byte changed anywhere gives `DataError` or the same arrays, never others."""
    path = write_npz(tmp_path / "mnist.npz", x_train=None, x_test=None)
    whole = read_npz(path)
    content = path.read_bytes()
    for position in range(0, len(content), 3):
        damaged = bytearray(content)
        damaged[position] ^= 0x55
        path.write_bytes(damaged)
        try:
            arrays = read_npz(path)
        except DataError:
            continue
        for name in arrays.keys() & whole.keys():
            assert np.array_equal(arrays[name], whole[name]), position


def test_a_header_that_asks_for_too_much_costs_no_memory(tmp_path: Path) -> None:
    """A shape of 10¹⁵ numbers in a file of a few bytes is refused before memory is taken."""
    entry = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        entry, {"shape": (10**9, 10**6), "fortran_order": False, "descr": "|u1"}
    )
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.writestr("x_train.npy", entry.getvalue())
    with pytest.raises(DataError, match="which cannot be"):
        read_npz(tmp_path / "x.npz")


def test_missing_and_forbidden_files_are_named(tmp_path: Path) -> None:
    """A missing file is `DataMissing` and a `FileNotFoundError`; a folder is `DataError`."""
    with pytest.raises(DataMissing, match=r"there is no file .*nowhere\.npz"):
        read_npz(tmp_path / "nowhere.npz")
    with pytest.raises(FileNotFoundError):
        read_idx(tmp_path / "nowhere.gz")
    with pytest.raises(DataError, match="cannot be used"):
        read_npz(tmp_path)


def test_idx_files_come_back_as_they_were(tmp_path: Path) -> None:
    """An IDX file of 1 to 3 dimensions is read, gzipped or not."""
    for shape in ((5,), (2, 3), (2, 3, 4)):
        array = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
        (tmp_path / "a").write_bytes(idx_bytes(array))
        (tmp_path / "a.gz").write_bytes(gzip.compress(idx_bytes(array)))
        assert np.array_equal(read_idx(tmp_path / "a"), array)
        assert np.array_equal(read_idx(tmp_path / "a.gz"), array)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it ends after 0 of 4 bytes"),
        (b"\0\0\x0d\x01" + b"\0" * 40, "it starts with 00 00 0d 01"),
        (b"PK\3\4" + b"\0" * 40, "it starts with 50 4b 03 04"),
        (b"\0\0\x08\x01\0\0\0\x05abc", "it ends after 3 of 5 bytes"),
        (b"\0\0\x08\x01\0\0\0\x02abc", "more follows the 2 bytes"),
        (b"\0\0\x08\x03" + b"\xff" * 12, "which cannot be"),
    ],
)
def test_wrong_idx_files_say_what_is_wrong(tmp_path: Path, content: bytes, message: str) -> None:
    """A wrong start, a wrong length and an absurd length are told apart, gzipped or not."""
    (tmp_path / "a").write_bytes(content)
    (tmp_path / "a.gz").write_bytes(gzip.compress(content))
    for name in ("a", "a.gz"):
        with pytest.raises(DataError, match=message):
            read_idx(tmp_path / name)


def test_a_damaged_gzip_is_an_error(tmp_path: Path) -> None:
    """A gzip file that is cut short, has another checksum or is none at all is refused."""
    content = gzip.compress(idx_bytes(np.zeros(1000, np.uint8)))
    for damaged in (content[:-4], content[:-8] + b"\1" * 8, b"not gzip at all", content[:20]):
        (tmp_path / "a.gz").write_bytes(damaged)
        with pytest.raises(DataError, match=r"a\.gz cannot be used"):
            read_idx(tmp_path / "a.gz")


def test_writing_replaces_the_whole_file(tmp_path: Path) -> None:
    """The new content takes the old one's place, nothing else stays, and others may read it."""
    path = tmp_path / "new" / "folder" / "a.bin"
    write_whole(path, lambda file: file.write(b"old"))
    write_whole(path, lambda file: file.write(b"new"))
    assert path.read_bytes() == b"new"
    assert os.listdir(path.parent) == ["a.bin"]
    if os.name == "posix":
        umask = os.umask(0)
        os.umask(umask)
        assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    """When the writer fails half way, the old file is whole and no temporary file stays."""
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def fail(file: io.BytesIO) -> None:
        file.write(b"ne")
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="the disk is full"):
        write_whole(path, fail)  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_kill_before_the_renaming_leaves_the_old_file(tmp_path: Path, moment: str) -> None:
    """A process that dies after writing and before renaming leaves the old file whole."""
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    code = (
        "import os, pathlib, sys\n"
        "from tinygrad_edu.data.storage import write_whole\n"
        f"os.{moment} = lambda *args: os._exit(9)\n"
        "write_whole(pathlib.Path(sys.argv[1]), lambda file: file.write(b'new' * 10000))\n"
    )
    result = subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, check=False)
    assert result.returncode == 9
    assert path.read_bytes() == b"old"
    # What the dead process left is not in the way.
    write_whole(path, lambda file: file.write(b"new"))
    assert path.read_bytes() == b"new"


def test_what_killed_writers_left_is_removed(tmp_path: Path) -> None:
    """Temporary files of the same name go once they are an hour old; others stay."""
    for name, age in ((".x.00.part", 4000), (".x.01.part", 10), (".y.02.part", 4000)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    write_whole(tmp_path / "x", lambda file: file.write(b"new"))
    assert sorted(os.listdir(tmp_path)) == [".x.01.part", ".y.02.part", "x"]
