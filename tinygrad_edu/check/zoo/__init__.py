"""The bug zoo: classic mistakes of a hand-written backward, each beside the right pass.

from tinygrad_edu.check import zoo

net = zoo.Architecture(widths=(3, 4, 2), hidden="tanh", convention="columns")
zoo.specimens(net)                           # the names, and what each does to training
print(zoo.source(net, "bias-not-summed"))    # a student's file; the line ends in  # ← here
work = zoo.build(net, "bias-not-summed")     # the same as functions: work.forward, .backward
curves = zoo.train("bias-not-summed", net)   # curves.right, curves.wrong: two losses a step
"""

from . import specimens_chain  # its specimens enter the same table
from .architecture import Architecture
from .build import Handwritten, build, source, specimens
from .specimens import SPECIMENS, Specimen
from .training import Curves, train

__all__ = [
    "SPECIMENS",
    "Architecture",
    "Curves",
    "Handwritten",
    "Specimen",
    "build",
    "source",
    "specimens",
    "train",
]
