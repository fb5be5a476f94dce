"""Fetching a data set once: over HTTPS only, checked by its sums, kept whole or not at all."""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ..errors import DataError, DataMissing
from .storage import read_npz, write_whole

__all__ = [
    "FASHION_SUMS",
    "FASHION_URL",
    "MNIST_SUMS",
    "MNIST_URL",
    "fetch_fashion_mnist",
    "fetch_mnist",
    "open_https",
]

MNIST_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
"""Where the archive in Keras's layout lies."""

MNIST_SUMS = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}
"""SHA-256 of each array's bytes, so that it does not matter how the archive was compressed."""

FASHION_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
"""The folder of Fashion-MNIST's four IDX files."""

FASHION_SUMS = {
    "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
    "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
    "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
}
"""MD5 of each file, as its authors published them: against damage, while HTTPS is against harm."""

_TIMEOUT = 30  # seconds without a byte
_LARGEST = 64 << 20  # bytes; the archive has 11 million


class _OnlyHttps(HTTPRedirectHandler):
    """Follow redirections, but never to a connection that somebody could read or change."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
        _require_https(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _require_https(url: str) -> None:
    if not url.startswith("https://"):
        raise DataError(f"download: {url} is not an https:// address, so it was not fetched.")


def open_https(url: str) -> BinaryIO:
    """The body of `url` as a file."""
    _require_https(url)
    request = Request(url, headers={"User-Agent": "tinygrad-edu"})
    body: BinaryIO = build_opener(_OnlyHttps).open(request, timeout=_TIMEOUT)
    return body


def fetch_mnist(target: Path) -> None:
    """Download MNIST to `target`, which appears only if every array has its known sum.

    Raises `DataMissing` where there is no way to the network, `DataError` where the bytes are
    others.
    """
    content = _body("mnist", MNIST_URL, target)
    _verify(content)
    write_whole(target, _writer(content))


def fetch_fashion_mnist(target: Path) -> None:
    """Download Fashion-MNIST into the folder `target`, which appears only with all four files.

    Raises as `fetch_mnist` does.
    """
    contents = {}
    for name, expected in FASHION_SUMS.items():
        contents[name] = _body("fashion-mnist", FASHION_URL + name, target)
        received = hashlib.md5(contents[name], usedforsecurity=False).hexdigest()
        if received != expected:
            raise DataError(
                f"fashion-mnist: the downloaded {name} has MD5 {received}, but the original has "
                f"{expected}. It was not kept. Is something between here and the server changing "
                "files?"
            )
    half = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        for name, content in contents.items():
            write_whole(half / name, _writer(content))
        half.replace(target)
    except OSError:
        if not target.exists():  # else another process was faster
            raise
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _writer(content: bytes) -> Callable[[BinaryIO], int]:
    return lambda file: file.write(content)


def _body(name: str, url: str, target: Path) -> bytes:
    """What lies at `url`, or how to get it by other means."""
    try:
        with open_https(url) as body:
            content = body.read(_LARGEST + 1)
    except (OSError, HTTPException) as error:  # URLError is an OSError
        raise DataMissing(
            f"{name}: it is not in {target.parent}, and the download from {url} failed "
            f"({getattr(error, 'reason', error)}). Fetch the file by other means and put it at "
            f"{target}, or name its place: --data PATH, or the environment variable "
            "TINYGRAD_EDU_DATA."
        ) from error
    if len(content) > _LARGEST:
        raise DataError(f"{name}: {url} sent more than {_LARGEST} bytes, so it was not kept.")
    return content


def _verify(content: bytes) -> None:
    """Refuse an archive with any array that is not MNIST's, bit for bit."""
    arrays = read_npz(Path(MNIST_URL.rpartition("/")[2]), content)
    for name, expected in MNIST_SUMS.items():
        received = hashlib.sha256(arrays[name].data).hexdigest() if name in arrays else "nothing"
        if received != expected:
            raise DataError(
                f"mnist: the download's {name} has SHA-256 {received}, but MNIST's is {expected}. "
                "It was not kept. Is something between here and the server changing files?"
            )
