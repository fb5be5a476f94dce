"""How many drawings are read rightly: `python -m tests.drawings`; below 97 % it fails."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from time import thread_time

import numpy as np
from PIL import Image

from tinygrad_edu.app import Reader, prepare
from tinygrad_edu.autograd import no_grad
from tinygrad_edu.data import mnist
from tinygrad_edu.errors import NoInk

from .photos import KINDS, photo
from .sheets import Drawing, drawings, drawn, typed

REPORTED, LEAST = 2027, 97.0


Wrong = tuple[Drawing, int, np.ndarray]  # the drawing, the answer, what the network saw


def main() -> int:
    """Print the share of each kind and the digits that are taken for others."""
    parser = argparse.ArgumentParser(prog="python -m tests.drawings", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="drawings of each kind")
    parser.add_argument("--photos", type=int, default=10, help="photos of each kind")
    parser.add_argument("--seed", type=int, default=REPORTED, help="0 is the one to develop with")
    parser.add_argument("--model", type=Path, help="another network than the package's")
    parser.add_argument("--sheet", type=Path, help="save a picture of those read wrongly")
    parser.add_argument("--mnist", action="store_true", help="MNIST's test pictures, too")
    options = parser.parse_args()
    reader, seed = Reader(options.model), options.seed
    by_hand = read(reader, "by hand", options.count, drawings(options.count, seed, drawn))
    in_fonts = read(reader, "in fonts", options.count, drawings(options.count, seed + 1, typed))
    on_paper = []
    for number, kind in enumerate(KINDS):
        make = partial(photo, kind)
        made = drawings(options.photos, seed + 2 + number, make)
        on_paper += read(reader, f"photo, {kind}", options.photos, made)
    wrong = [*by_hand, *in_fonts, *on_paper]
    taken = Counter((drawing.digit, answer) for drawing, answer, _ in wrong)
    print("taken for another:", ", ".join(f"{a}→{b} {n}×" for (a, b), n in taken.most_common(12)))
    if options.sheet:
        save_sheet(options.sheet, wrong)
    if options.mnist:
        x, y = mnist().test.tensors
        with no_grad():
            right = int((reader.model(x).argmax(dim=1) == y).sum().item())
        print(f"MNIST: {100 * right / len(y):.2f} % of {len(y)} test pictures are read rightly")
    shares = [
        said("photos", len(on_paper), options.photos * len(KINDS), options.seed),
        said("drawings", len(by_hand) + len(in_fonts), 2 * options.count, options.seed),
    ]
    return 0 if min(shares) >= LEAST else 1


def read(reader: Reader, name: str, count: int, made: Iterable[Drawing]) -> list[Wrong]:
    """Read them all, print how many were read rightly, and return the others."""
    wrong, spent = [], 0.0
    for drawing in made:
        started = thread_time()
        try:
            x = prepare(drawing.picture)
            answer = reader.read(x).digit
        except NoInk:
            x, answer = np.zeros((28, 28), np.float32), -1
        spent += thread_time() - started
        if answer != drawing.digit:
            wrong.append((drawing, answer, x))
    print(
        f"{name}: {count - len(wrong)} of {count} are read rightly "
        f"({1000 * spent / max(count, 1):.0f} ms of the processor each)"
    )
    return wrong


def said(name: str, wrong: int, count: int, seed: int) -> float:
    """Print the share of those that were read rightly, and return it, in per cent."""
    share = 100 - 100 * wrong / max(count, 1)
    print(f"{name}: {share:.2f} % of {count} are read rightly (seed {seed})")
    return share


def save_sheet(path: Path, wrong: list[Wrong]) -> None:
    """Each drawing that was read wrongly, above what the network saw of it."""
    for drawing, answer, _ in wrong[:60]:
        print(f"  {drawing.digit}→{answer}: {drawing.how}")
    sheet = Image.new("L", (20 * 90, max(1, -(-len(wrong[:60]) // 20)) * 180), 128)
    for i, (drawing, _, x) in enumerate(wrong[:60]):
        left, top = i % 20 * 90, i // 20 * 180
        sheet.paste(
            Image.fromarray(drawing.picture).convert("L").resize((84, 84), Image.Resampling.BOX),
            (left, top),
        )
        sheet.paste(
            Image.fromarray(np.uint8(255 * x)).resize((84, 84), Image.Resampling.NEAREST),
            (left, top + 88),
        )
    sheet.save(path)


if __name__ == "__main__":
    sys.exit(main())
