"""Ctrl-C as a wish, not as a blow: the step in hand is finished first."""

from __future__ import annotations

import signal
import threading
from typing import Any

__all__ = ["Interrupt"]


class Interrupt:
    """Inside the block the first Ctrl-C only sets `pressed`; a second one raises as usual.

        with Interrupt() as interrupt:
            for batch in loader:
                ...
                if interrupt.pressed:
                    break

    A signal reaches the main thread alone, and a program that handles Ctrl-C in a way of its own is
    left alone: there `pressed` stays False.
    """

    def __init__(self) -> None:
        self.pressed = False
        self._ours = False

    def __enter__(self) -> Interrupt:
        main = threading.current_thread() is threading.main_thread()
        if main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._press)
            self._ours = True
        return self

    def _press(self, number: int, frame: Any) -> None:
        self.pressed = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def __exit__(self, *_: Any) -> None:
        if self._ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)
