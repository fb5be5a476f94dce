"""Drawings of digits that the tests make themselves, and how many of them the network reads.

    python -m tests.drawings            the reported set
    python -m tests.drawings --sheet drawings.png

`strokes` holds digits as the way of a pen, in the styles that people write; `fonts` those of the
distribution's fonts; `sheets` puts either on a sheet of any size, shifted, scaled, tilted, thin or
thick, dark on light or light on dark, with noise and uneven light; `photos` takes pictures of
paper. The set that is reported was drawn from a seed of its own, which nothing was tuned on;
`--seed 0` is the one for development.
"""
