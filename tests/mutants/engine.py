"""Mistakes in the machinery: order, sums, what is kept, refused, recorded."""

from __future__ import annotations

from . import LAWS, Mutant

DEPTH = "tests/engine/test_depth.py"
EDITS = "tests/engine/test_edits.py"
MEMORY = "tests/engine/test_memory.py"
PROGRAMS = "tests/engine/test_random_graphs.py"
AUTOGRAD = "tests/autograd"
ENGINE = (DEPTH, EDITS, MEMORY, PROGRAMS)

MUTANTS = [
    Mutant(
        "the copies of a broadcast input are not added up",
        "tinygrad_edu/engine.py",
        "                share = _over_copies(share, shape, node, i, lift is None)\n",
        "                pass\n",
        (LAWS,),
        ops=("add]", "mul]"),
    ),
    Mutant(
        "where paths meet, the last gradient replaces the others",
        "tinygrad_edu/engine.py",
        "                total = totals.pop(edge)\n",
        "                total = totals.pop(edge) * 0\n",
        ENGINE,
    ),
    Mutant(
        "the second path to the only node in sight is not met with the first",
        "tinygrad_edu/engine.py",
        "            if edge is following and g_following is not None:",
        "            if False:",
        ENGINE,
    ),
    Mutant(
        "the node found first is taken next, although others are waiting",
        "tinygrad_edu/engine.py",
        "following is None and not frontier:  # no other waits\n",
        "following is None:\n",
        ENGINE,
    ),
    Mutant(
        "of several roots, the last replaces the others",
        "tinygrad_edu/engine.py",
        "totals[edge] + g if edge in totals else g",
        "g",
        (AUTOGRAD,),
    ),
    Mutant(
        "gradients are added into an array that others hold",
        "tinygrad_edu/engine.py",
        "                    and total.base is None\n"
        "                    and getrefcount(total) == _ALONE\n",
        "",
        ENGINE,
    ),
    Mutant(
        "a gradient is added into an array that a rule keeps",
        "tinygrad_edu/engine.py",
        "                    and getrefcount(total) == _ALONE\n",
        "                    and total is not g\n",
        ("tests/autograd/test_own_op.py",),
    ),
    Mutant(
        "a gradient is added into a view of an array that a rule keeps",
        "tinygrad_edu/engine.py",
        "                    and total.base is None\n",
        "",
        ("tests/autograd/test_own_op.py",),
    ),
    Mutant(
        "a view of the upstream gradient lands in a leaf as it is",
        "tinygrad_edu/engine.py",
        "ours = lift is None and g.base is None and getrefcount(g) == _ALONE",
        "ours = lift is None and getrefcount(g) == _ALONE",
        ("tests/autograd/test_backward.py",),
    ),
    Mutant(
        "a leaf takes an array that others hold",
        "tinygrad_edu/engine.py",
        "ours = lift is None and g.base is None and getrefcount(g) == _ALONE",
        "ours = lift is None and g.base is None",
        ENGINE,
    ),
    Mutant(
        "a gradient of another shape is reshaped until it fits",
        "tinygrad_edu/engine.py",
        " or any(n != m and n != 1 for n, m in zip(shape, found[lead:], strict=True)):\n",
        ":\n",
        ("tests/autograd/test_own_op.py",),
    ),
    Mutant(
        "a gradient keeps the type that its rule computed in",
        "tinygrad_edu/engine.py",
        "if g.dtype is not leaf.array.dtype:",
        "if False:",
        ("tests/autograd/test_own_op.py",),
    ),
    Mutant(
        "nodes are taken in the order of discovery, not the newest first",
        "tinygrad_edu/engine.py",
        "heappop(frontier)[1]",
        "frontier.pop()[1]",
        ENGINE,
    ),
    Mutant(
        "breadth first: the node that was found first goes first",
        "tinygrad_edu/engine.py",
        "heappop(frontier)[1]",
        "frontier.pop(0)[1]",
        ENGINE,
    ),
    Mutant(
        "a tensor used twice by one op is counted once",
        "tinygrad_edu/engine.py",
        "            if edge is None or (needed",
        "            if edge is None or edge in node.inputs[:i] or (needed",
        ENGINE,
    ),
    Mutant(
        "backward overwrites a leaf's gradient instead of adding to it",
        "tinygrad_edu/tensor.py",
        "            so_far.array += g\n",
        "            so_far.array[...] = g\n",
        ENGINE,
    ),
    Mutant(
        "a leaf's gradient lives in the memory of the upstream one",
        "tinygrad_edu/tensor.py",
        "Tensor(np.asarray(g) if ours else np.array(g))",
        "Tensor(np.asarray(g))",
        ENGINE,
    ),
    Mutant(
        "a hook is called, and its answer ignored",
        "tinygrad_edu/engine.py",
        "                g = hook(g)\n",
        "                hook(g)\n",
        (AUTOGRAD,),
    ),
    Mutant(
        "a leaf's hook is called, and its answer ignored",
        "tinygrad_edu/hooks.py",
        "g = g if isinstance(hook, _Afterwards) else hook(g)",
        "isinstance(hook, _Afterwards) or hook(g)",
        (AUTOGRAD,),
    ),
    Mutant(
        "nobody looks whether a saved value was edited",
        "tinygrad_edu/engine.py",
        "            if memory.last_edit > node.number:  # a rule before",
        "            if False:  # a rule before",
        ENGINE,
    ),
    Mutant(
        "a view does not share its base's version",
        "tinygrad_edu/memory.py",
        "    while isinstance(base, np.ndarray):\n",
        "    while False:\n",
        ENGINE,
    ),
    Mutant(
        "a base goes on with its old history after its view was edited",
        "tinygrad_edu/tensor.py",
        "        refuse_stale(op.name, inputs)\n",
        "        pass\n",
        ENGINE,
    ),
    Mutant(
        "a leaf may be edited while operations are recorded",
        "tinygrad_edu/inplace.py",
        "        if self.node is None and self.requires_grad:\n",
        "        if False:\n",
        ENGINE,
    ),
    Mutant(
        "saved values are never freed",
        "tinygrad_edu/engine.py",
        "        if not retain_graph:\n",
        "        if False:\n",
        ENGINE,
    ),
    Mutant(
        "saved values are freed although the graph is retained",
        "tinygrad_edu/engine.py",
        "        if not retain_graph:\n",
        "        if True:\n",
        ENGINE,
    ),
    Mutant(
        "a node and its output hold each other",
        "tinygrad_edu/tensor.py",
        "    return recorded(op, edges, (a, b), _NO_PARAMS, z)\n",
        "    out = recorded(op, edges, (a, b), _NO_PARAMS, z)\n"
        "    out.node.hooks = {1: lambda g, keep=out: g}\n"
        "    return out\n",
        (MEMORY,),
    ),
    Mutant(
        "an operator records under no_grad",
        "tinygrad_edu/tensor.py",
        "    if not ((x_wanted or y_wanted) and modes.grad and op.differentiable):\n",
        "    if not ((x_wanted or y_wanted) and op.differentiable):\n",
        ENGINE,
    ),
    Mutant(
        "an op records under no_grad",
        "tinygrad_edu/tensor.py",
        "    if not (remembers and modes.grad and op.differentiable",
        "    if not (remembers and op.differentiable",
        ENGINE,
    ),
    Mutant(
        "create_graph forgets how the gradient depends on the inputs",
        "tinygrad_edu/engine.py",
        "        recipe: Any = node if lift is None else _Lifted(node, lift)\n",
        "        recipe: Any = node\n",
        ENGINE,
    ),
    Mutant(
        "create_graph does not record",
        "tinygrad_edu/engine.py",
        "    before, modes.grad = modes.grad, lift is not None\n",
        "    before, modes.grad = modes.grad, False\n",
        ENGINE,
    ),
    Mutant(
        "a pass limited to some inputs needs all of a node's inputs to lead there",
        "tinygrad_edu/engine.py",
        "        if any(edge in needed for edge in node.inputs if edge is not None):\n",
        "        if all(edge in needed for edge in node.inputs if edge is not None):\n",
        ENGINE,
    ),
    Mutant(
        "detach copies the history",
        "tinygrad_edu/tensor.py",
        '        """The same numbers, the same memory, no history."""\n'
        "        return constant(self.array)\n",
        '        """The same numbers, the same memory, no history."""\n'
        "        return Tensor(self.array, self.requires_grad, self.node)\n",
        ENGINE,
    ),
]
