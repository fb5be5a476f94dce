"""The process in which a script runs for `compare`: here, or with PyTorch, every number noted.

    python -m tinygrad_edu.check.replay edu|torch TRACE [TAPE] -- script.py [arguments]

An import hook gives the script whichever library is asked for under both names, so its text stays
as it is. Two things make both runs start alike:

    the stream  every random number that a script draws (randn, rand, randint, randperm, dropout, a
                loader's shuffling) comes from one NumPy stream, seeded by `manual_seed`, the kind
                of the draw and its count; what a layer draws for its own start does not count
    the tape    parameters and buffers, when an optimizer or the first forward call meets them: the
                first run records them, the second one is given them
"""
