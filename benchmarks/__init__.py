"""Side-by-side measurements: `python -m benchmarks`.

    __main__   the door: options, threads
    race       contenders in turn, round after round; medians and spreads
    results    what a case hands back: rows of times, figures with their bounds
    registry   the list of cases
    torchlike  programs written once and run in every library with PyTorch's interface
    cases/     one small file a case
    report     the printed table and the JSON file
    machine    what it was measured on

A ratio is the only number that carries over from one machine to another, so every ratio here is
made of times from one run, taken in turn.
"""
