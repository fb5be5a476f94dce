"""Mistakes in layers: statistics, windows, masks, lookups."""

from __future__ import annotations

from . import Mutant

NORMALISE = "tinygrad_edu/ops/normalise.py"
WINDOWS = "tinygrad_edu/ops/windows.py"
NORM = "tinygrad_edu/nn/norm.py"
FUNCTIONAL = "tinygrad_edu/nn/functional.py"

MUTANTS = [
    Mutant(
        "layer: the deviation is a constant to the derivative of standardize's rule",
        NORMALISE,
        "    s = np.sqrt((d * d).sum(axis=axes, keepdims=True) / n + eps)\n    z = d / s\n",
        "    s = np.sqrt(getattr(x, 'array', x).var(axes, keepdims=True) + eps)\n    z = d / s\n",
        ops=("standardize]",),
    ),
    Mutant(
        "layer: the mean is a constant to standardize's rule",
        NORMALISE,
        "    return (g - g.sum(axis=axes, keepdims=True) / n - z * gz) / s\n",
        "    return (g - z * gz) / s\n",
        ops=("standardize]",),
    ),
    Mutant(
        "layer: where windows overlap, the last one replaces the others",
        WINDOWS,
        "        z[there] += x[:, i, j]\n",
        "        z[there] = x[:, i, j]\n",
        ops=("fold2d]", "unfold2d]"),
    ),
    Mutant(
        "layer: all equal winners of a window take the whole gradient",
        WINDOWS,
        "        free ^= wins\n",
        "        pass\n",
        ops=("max_windows",),
    ),
    Mutant(
        "layer: the running variance is that of the batch itself, not the estimate",
        NORM,
        "x.var(axis=over) * (n / (n - 1))",
        "x.var(axis=over)",
        ("tests/nn/test_norm.py",),
    ),
    Mutant(
        "layer: batch norm in evaluation goes on learning from what it sees",
        NORM,
        "    elif running_mean is None or running_var is None:\n",
        "    elif _track(input.array, over, 2, running_mean, running_var, momentum):\n",
        ("tests/nn/test_norm.py",),
    ),
    Mutant(
        "layer: the row that stands for nothing is learned",
        "tinygrad_edu/nn/embedding.py",
        "ops.where(nothing, constant, rows)",
        "rows",
        ("tests/nn/test_embedding.py",),
    ),
    Mutant(
        "layer: an odd margin has its extra place on the left",
        "tinygrad_edu/nn/conv.py",
        "(across // 2, across - across // 2, down // 2, down - down // 2)",
        "(across - across // 2, across // 2, down - down // 2, down // 2)",
        ("tests/nn/test_conv.py",),
    ),
    Mutant(
        "layer: the margin of max pooling is zeros",
        "tinygrad_edu/nn/pooling.py",
        "ops.pad(x, margins, value=-np.inf)",
        "ops.pad(x, margins)",
        ("tests/nn/test_conv.py",),
    ),
    Mutant(
        "layer: causal attention sees one place of the future",
        FUNCTIONAL,
        "ops.tril(ones(*scores.shape[-2:], dtype=bool))",
        "ops.tril(ones(*scores.shape[-2:], dtype=bool), 1)",
        ("tests/nn/test_attention.py",),
    ),
    Mutant(
        "layer: a query that may look nowhere gets NaN",
        FUNCTIONAL,
        "ops.softmax(ops.masked_fill(scores, nowhere, 0.0), -1)",
        "ops.softmax(scores, -1)",
        ("tests/nn/test_attention.py",),
    ),
    Mutant(
        "layer: gradients that are short already are made longer",
        "tinygrad_edu/nn/utils/clip.py",
        "min(max_norm / (total_norm.item() + 1e-6), 1.0)",
        "max_norm / (total_norm.item() + 1e-6)",
        ("tests/nn/test_utils.py",),
    ),
]
