"""Draw a digit: the network says what it is, and shows why.

    tinygrad-edu draw              opens the page
    tinygrad-edu predict seven.png
    app.prepare(array)             a picture as MNIST's authors would have prepared it

`prepare` and `recognise` need NumPy alone; files of pictures need Pillow, the page Starlette and
uvicorn: `pip install 'tinygrad-edu[app]'`.
"""

from .preparing import prepare
from .reading import Reader, Reading

__all__ = ["Reader", "Reading", "prepare"]
