"""What scripts ask and set of other machinery before they begin: there is none here.

`torch.backends.cudnn.deterministic = True` may stand in a script: results are the same every time
anyway, since NumPy computes them.
"""

from __future__ import annotations

from types import SimpleNamespace

from .cuda import is_available

__all__ = ["cuda", "cudnn", "mps"]

cudnn = SimpleNamespace(deterministic=True, benchmark=False, enabled=False, allow_tf32=False)
cuda = SimpleNamespace(is_built=is_available, matmul=SimpleNamespace(allow_tf32=False))
mps = SimpleNamespace(is_available=is_available, is_built=is_available)
