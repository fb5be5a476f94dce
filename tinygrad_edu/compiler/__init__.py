"""A compiler for training steps: `tinygrad_edu.compile`.

step         the door: guards, the plans recorded so far
observe      watching a step run, and refusing what a plan would miss
environment  what a step can see besides its arguments, and whether it is still the same
record       the step as a list of instructions
symbols      the library's own rules, expanded into NumPy's functions
again        what a plan calls anew: random numbers, optimizers, running means
simplify     passes that take instructions away
fuse         passes that make one of several
allocate     few buffers for many values
replay       the plan with its arrays put in, ready to run
plan, effects   what all of these speak of
"""

from .plan import Instruction, Plan, Value
from .step import CompiledStep, compile

__all__ = ["CompiledStep", "Instruction", "Plan", "Value", "compile"]
