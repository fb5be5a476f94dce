"""An op of your own: declare the forward function and one rule per input, and it is a full citizen.

Run it:  python examples/own_op.py
"""

# %% Declare. `g` is the upstream gradient; a rule names what else it reads: inputs, the output z,
# parameters.
import numpy as np

import tinygrad_edu as torch
from tinygrad_edu.autograd import gradcheck, gradgradcheck
from tinygrad_edu.op import SCALER, SWITCH, op


@op(family=SCALER, formula=r"z = x \cdot \sigma(\beta x)", casts="float")
def swish(x, beta=1.0):
    """Swish (Ramachandran, Zoph, Le, 2017): x times a sigmoid of itself."""
    return x / (1 + np.exp(-beta * x))


def swish_slope(g, x, beta):
    s = 1 / (1 + np.exp(-beta * x))
    return g * (s + beta * x * s * (1 - s))


swish.defvjp(x=swish_slope)


@op(family=SWITCH, formula=r"z = x^2 y")
def square_times(x, y):
    """Two inputs, two rules; broadcasting is the engine's business."""
    return x * x * y


square_times.defvjp(
    x=lambda g, x, y: g * 2 * x * y,
    y=lambda g, x: g * x * x,
)

# %% Use. It records, differentiates (to any order) and draws like a built-in.
x = torch.tensor([-1.0, 0.5, 2.0], dtype=torch.float64, requires_grad=True)
y = torch.tensor([[3.0], [4.0]], dtype=torch.float64, requires_grad=True)
loss = square_times(swish(x, beta=1.5), y).sum()
loss.backward(retain_graph=True)
print("x.grad =", x.grad)
print("y.grad =", y.grad)

# %% Check. Finite differences hold the rules to account, to second order: the same rule runs on
# tensors.
print("first order: ", gradcheck(lambda x: swish(x, beta=1.5), (x,)))
print("second order:", gradgradcheck(square_times, (x, y)))

# %% See. The picture shows the family of your rule beside those of the library.
print(
    torch.viz.graph(loss, names={"x": x, "y": y}).source.splitlines()[0], "… (a Graphviz picture)"
)
