"""Fetching a data set once: over HTTPS only, checked by SHA-256, kept whole or not at all."""

from __future__ import annotations

import hashlib
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ..errors import DataError, DataMissing
from .storage import read_npz, write_whole

__all__ = ["MNIST_SUMS", "MNIST_URL", "fetch_mnist", "open_https"]

MNIST_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
"""Where the archive in Keras's layout lies."""

MNIST_SUMS = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}
"""SHA-256 of each array's bytes, so that it does not matter how the archive was compressed."""

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
    try:
        with open_https(MNIST_URL) as body:
            content = body.read(_LARGEST + 1)
    except (OSError, HTTPException) as error:  # URLError is an OSError
        raise DataMissing(
            f"mnist: it is not in {target.parent}, and the download from {MNIST_URL} failed "
            f"({getattr(error, 'reason', error)}). Fetch the file by other means and put it at "
            f"{target}, or name its place: --data PATH, or the environment variable "
            "TINYGRAD_EDU_DATA."
        ) from error
    if len(content) > _LARGEST:
        raise DataError(f"mnist: {MNIST_URL} sent more than {_LARGEST} bytes, so it was not kept.")
    _verify(content)
    write_whole(target, lambda file: file.write(content))


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
