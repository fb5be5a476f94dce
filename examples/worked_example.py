"""The course's worked example: one neuron, one weight behind it, one step of gradient descent.

    x = 0.5, y = 1, w = 0.4, η = 0.1;   h = σ(w·x),  o = h·v,  L = ½(y − o)²

The course leaves v open; here it is 0.5. The gradients are derived by hand, then by the engine, and
the graph is drawn: python examples/worked_example.py [FOLDER]  (the picture goes to FOLDER)
"""

# %% By hand: the chain rule, from the loss back to the weights.
import math
import sys
from pathlib import Path

x, y, w, v, eta = 0.5, 1.0, 0.4, 0.5, 0.1
h = 1 / (1 + math.exp(-w * x))
o = h * v
delta = o - y  # dL/do
grad_v = delta * h
grad_w = delta * v * h * (1 - h) * x
print(f"by hand:   h = {h:.4f}, o = {o:.4f}, dL/dv = {grad_v:.4f}, dL/dw = {grad_w:.4f}")

# %% By the engine: only the forward pass is written down.
import tinygrad_edu as te

W = te.tensor(w, dtype=te.float64, requires_grad=True)
V = te.tensor(v, dtype=te.float64, requires_grad=True)
H = te.sigmoid(W * x)
O = H * V
L = (y - O) ** 2 / 2
names = {"w": W, "v": V, "h": H, "o": O, "L": L}
pictures = {lang: te.viz.graph(L, names, lang) for lang in ("en", "ru")}
L.backward()
print(f"by engine: h = {H.item():.4f}, o = {O.item():.4f}, ", end="")
print(f"dL/dv = {V.grad.item():.4f}, dL/dw = {W.grad.item():.4f}")

# %% One update of each weight, and the loss is smaller.
with te.no_grad():
    V -= eta * V.grad
    W -= eta * W.grad
    smaller = (y - te.sigmoid(W * x) * V) ** 2 / 2
print(
    f"one step:  v = {V.item():.4f}, w = {W.item():.4f}, L = {L.item():.4f} → {smaller.item():.4f}"
)

# %% The picture, drawn before backward freed the values: every op with its family and its gradient.
if len(sys.argv) > 1:
    for lang, picture in pictures.items():
        file = Path(sys.argv[1]) / f"worked_example.{lang}"
        print(picture.render(file, format="svg", cleanup=True))
