"""The stepper in a terminal: the same film, told step by step, moved by single letters.

    n next · p previous · g NUMBER go to · r NAME run to · z zoom · b backward · l language · q quit

It reads with `input()` and writes with `print`, so it works in a terminal, in a notebook, over a
slow line and in a test; colours and width are those of the terminal, where there is one.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Callable
from typing import Any, TextIO

from ..notation import number
from .words import WORDS

__all__ = ["Walk", "walk"]

_ESCAPE = re.compile(r"\x1b\[[\d;]*m")  # a colour; it takes no room
_MOST_TERMS = 12
_SHOWN = 6  # rows and columns of a matrix


def walk(
    film: dict[str, Any],
    lang: str,
    ask: Callable[[str], str] = input,
    out: TextIO | None = None,
    width: int | None = None,
    colour: bool | None = None,
) -> None:
    """Show the steps of `film`, and do what is asked for, until q or the end of the input.

    `ask(prompt)` reads a line. An empty line means next. `width` and `colour` are those of the
    terminal, by default; without one there are no colours, nor where NO_COLOR is set.
    """
    out = out or sys.stdout
    tty = out.isatty()
    if colour is None:
        colour = tty and "NO_COLOR" not in os.environ
    width = width or (shutil.get_terminal_size().columns if tty else 80)
    told = Walk(film, lang, width, colour)
    print(told.text(), file=out)
    while True:
        try:
            line = ask("> ").strip()
        except (EOFError, KeyboardInterrupt):
            line = "q"
        if line == "q":
            print(told.word("bye"), file=out)
            return
        print(told.obey(line), file=out, flush=True)


class Walk:
    """Where one stands in a film; `text()` tells the step, `obey(command)` moves."""

    def __init__(self, film: dict[str, Any], lang: str, width: int = 80, colour: bool = False):
        self.film, self.lang, self.width, self.colour = film, lang, max(width, 30), colour
        self.boxes, self.edges, self.steps = film["boxes"], film["edges"], film["steps"]
        self.forward = film["forward"]
        self.t = 0
        self.last = len(self.forward) + len(self.steps)
        self._step_of = {step["box"]: k for k, step in enumerate(self.steps)}
        self._arrivals: dict[int, list[tuple[int, Any]]] = {}
        for k, step in enumerate(self.steps):
            for send in step["sends"]:
                source = self.edges[send["edge"]]["from"]
                self._arrivals.setdefault(source, []).append((k, send))

    def word(self, key: str, **values: Any) -> str:
        """A text in the language of the moment."""
        return WORDS[self.lang][key].format(**values)

    # -- moving

    def obey(self, line: str) -> str:
        """Do what a line asks for, and return what is shown then."""
        command, _, rest = line.partition(" ")
        rest = rest.strip()
        turn = len(self.forward) + 1
        moves = {
            "": self.t + 1,
            "n": self.t + 1,
            "p": self.t - 1,
            "b": turn,
            "e": self.last,
            "s": 0,
        }
        if command in moves:
            self.t = min(max(moves[command], 0), self.last)
        elif command == "g" and rest.isdigit() and int(rest) <= self.last:
            self.t = int(rest)
        elif command == "r" and self._found(rest) is not None:
            self.t = self._found(rest) or 0
        elif command == "l":
            self.lang = "ru" if self.lang == "en" else "en"
        elif command == "z":
            return self._zoomed()
        else:
            return f"{self.word('unknown', what=line)}\n{self.word('prompt')}"
        return self.text()

    def _found(self, name: str) -> int | None:
        """The step back that visits the box of this name, or that completes its gradient."""
        for k, box in enumerate(self.boxes):
            if name and name in (box["name"], self._name(k), box.get("op")):
                if k in self._step_of:
                    return len(self.forward) + self._step_of[k] + 1
                if k in self._arrivals:
                    return len(self.forward) + self._arrivals[k][-1][0] + 1
        return None

    # -- telling

    def text(self) -> str:
        """The present step, no line wider than `width`."""
        if self.t == 0:
            parts = [self._title(self.word("begin")), self.film["title"], self.word("begin text")]
            if self.film["folded"]:
                parts.append(self.word("folded note", count=self.film["folded"]))
            if self.film["stopped"]:
                parts.append(self.word("stopped note", why=self.film["stopped"]))
        elif self.t <= len(self.forward):
            parts = self._forward_step(self.forward[self.t - 1])
        else:
            parts = self._backward_step(self.t - len(self.forward) - 1)
        return "\n".join([*self._wrapped(parts), "", *self._wrapped([self.word("prompt")])])

    def _wrapped(self, parts: list[str]) -> list[str]:
        lines = []
        for part in "\n".join(parts).split("\n"):
            plain = _ESCAPE.sub("", part)
            if len(plain) <= self.width:
                lines.append(part)
            else:  # a line that is broken loses its colours: an escape must not be cut
                part = plain.rstrip()
                indent = " " * (len(part) - len(part.lstrip()) + 2)
                lines += textwrap.wrap(part, self.width, subsequent_indent=indent) or [""]
        return lines

    def _title(self, text: str) -> str:
        line = f"── {text} "
        return self._paint(line + "─" * max(0, self.width - len(line)), "1")

    def _paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text

    def _head(self, phase: str, place: int, count: int, k: int) -> list[str]:
        box = self.boxes[k]
        family = self.film["families"][box["family"]]
        title = f"{self.word(phase)} {place} / {count} · {self._formula_name(box)}"
        red, green, blue = (int(family["colour"][i : i + 2], 16) for i in (1, 3, 5))
        badge = self._paint(f" {family[self.lang]} ", f"30;48;2;{red};{green};{blue}")
        lines = [self._title(title), badge if self.colour else f"«{family[self.lang]}»"]
        lines[-1] += f" {family['says'][self.lang]}"
        if "mark" in box:
            lines.append(self._paint(f"✗ {self.word('wrong')}: {box['mark']}", "1;31"))
        return [*lines, f"{self.word('line')}: {box['where']}"]

    def _formula_name(self, box: dict[str, Any]) -> str:
        return f"{box['name']} = {box['op']}" if box["name"] else str(box["op"])

    def _forward_step(self, k: int) -> list[str]:
        box = self.boxes[k]
        lines = self._head("forward", self.t, len(self.forward), k)
        lines += self._formulas(box["formula"], box["name"] or "z", box["value"])
        return [*lines, self._array(box["value"])]

    def _backward_step(self, at: int) -> list[str]:
        step = self.steps[at]
        k = step["box"]
        lines = self._head("backward", at + 1, len(self.steps), k)
        lines += [f"{self.word('arrives')}: g = ∂L/∂{self._name(k)}", self._array(step["g"])]
        if not step["sends"]:
            lines.append(self.word("sends nothing"))
        for send in step["sends"]:
            target = self.edges[send["edge"]]["from"]
            lines.append(self._paint("→ " + self.word("to", what=self._name(target)), "1"))
            several = len(self._arrivals[target]) > 1
            lines += self._formulas(send, f"∂L/∂{self._name(target)}", send["share"], several)
            if "numbers" not in send or not self._is_scalar(send["share"]):
                lines.append(self._array(send["share"]))
            lines += self._ledger(target, at)
        return lines

    def _formulas(
        self, told: dict[str, str], left: str, result: int | None, several: bool = False
    ) -> list[str]:
        """In symbols, and in numbers; `several` where it is one contribution among others."""
        equals = "+=" if several else "="
        lines = [f"    {left} {equals} {told['symbols']}"] if "symbols" in told else []
        if "numbers" in told:
            number = self._brief(result) if self._is_scalar(result) else told["numbers"]
            end = "" if number == told["numbers"] else f" = {number}"
            lines.append(f"    {left} {equals} {told['numbers']}{end}")
        return lines

    def _ledger(self, k: int, at: int) -> list[str]:
        """What came to a box so far, and the sum where all has come."""
        shares = self._arrivals[k]
        here = [(step, send) for step, send in shares if step <= at]
        lines = [f"    {self.word('ledger', what=self._name(k))}"]
        for step, send in here:
            source = self.word("from", what=self._name(self.steps[step]["box"]))
            lines.append(f"      {source}: {self._brief(send['share'])}")
        if len(here) == len(shares):
            if "rest" in self.boxes[k]:
                folded = self.word("folded", count=self.film["folded"])
                lines.append(f"      {folded}: {self._brief(self.boxes[k]['rest'])}")
            total = f"∂L/∂{self._name(k)} = {self._brief(self.boxes[k]['grad'])}"
            return [*lines, f"      {self._paint(total, '1')}"]
        return [*lines, f"      … {self.word('waits', left=len(shares) - len(here))}"]

    # -- names and numbers

    def _name(self, k: int) -> str:
        box = self.boxes[k]
        if box.get("label") or box["name"]:
            return str(box.get("label") or box["name"])
        if box["kind"] == "fold":
            return self.word("folded", count=box["count"])
        return f"{self.word(box['kind'])} {self._brief(box['value'])}"

    def _is_scalar(self, place: int | None) -> bool:
        a = None if place is None else self.film["arrays"][place]
        return bool(a and a["rows"] * a["cols"] == 1 and "all" not in a)

    def _brief(self, place: int | None) -> str:
        if place is None:
            return self.word("freed")
        a = self.film["arrays"][place]
        if self._is_scalar(place):
            return number(a["data"][0])
        return f"{'×'.join(map(str, a['shape']))}, {self.word('norm')} {number(a['norm'])}"

    def _array(self, place: int | None) -> str:
        """A number, or the corner of a matrix in columns, with shape and norm."""
        if place is None or self._is_scalar(place):
            return f"    {self._brief(place)}"
        a = self.film["arrays"][place]
        cols = min(a["cols"], _SHOWN, max(1, (self.width - 6) // 11))
        lines = []
        for i in range(min(a["rows"], _SHOWN)):
            row = a["data"][i * a["cols"] : i * a["cols"] + cols]
            more = " …" if cols < a["cols"] or "all" in a else ""
            lines.append("    " + " ".join(f"{number(x):>10}" for x in row) + more)
        if a["rows"] > _SHOWN:
            lines.append("    …")
        return "\n".join([*lines, f"    ({self._brief(place)})"])

    def _zoomed(self) -> str:
        """The matrix product of this step as scalar products and sums, for its first elements."""
        k = self._present()
        zoom = None if k is None else self.boxes[k].get("zoom")
        if k is None or not zoom:
            return self.word("no zoom")
        lines = [self._title(self.word("zoom title", what=self._name(k)))]
        lines += self._sums("Z", zoom["x"], zoom["w"], zoom["z"], zoom["b"])
        back = self.steps[self._step_of[k]]["zoom"] if k in self._step_of else None
        if back and self.t > len(self.forward):
            if "dx" in back:
                lines += self._sums("∂L/∂X", back["g"], back["wt"], back["dx"], None)
            if "dw" in back:
                lines += self._sums("∂L/∂W", back["xt"], back["g"], back["dw"], None)
        return "\n".join(self._wrapped(lines))

    def _present(self) -> int | None:
        if self.t == 0:
            return None
        turn = len(self.forward)
        box = self.forward[self.t - 1] if self.t <= turn else self.steps[self.t - turn - 1]["box"]
        return int(box)

    def _sums(self, name: str, a: int, b: int, c: int, bias: int | None) -> list[str]:
        left, right, result = (self.film["arrays"][place] for place in (a, b, c))
        lines = []
        for at in range(min(3, result["cols"])):
            terms = [
                f"{number(left['data'][k])}·{_held(right['data'][k * right['cols'] + at])}"
                for k in range(min(left["cols"], right["rows"], _MOST_TERMS))
            ]
            whole = "all" in left or "all" in right or left["cols"] > _MOST_TERMS
            terms += ["…"] if whole else []
            if bias is not None:
                terms.append(_held(self.film["arrays"][bias]["data"][at]))
            total = number(result["data"][at])
            lines.append(f"  {name}[0,{at}] = {' + '.join(terms)} = {total}")
        return lines


def _held(x: Any) -> str:
    text = number(x)
    return f"({text})" if text.startswith("−") else text
