"""The result of a comparison in words, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import ArgumentError

if TYPE_CHECKING:
    from .compare import Comparison

__all__ = ["check", "late", "report"]

_WORDS = {
    "en": {
        "same": "{script}: the same numbers here and in PyTorch: {compared} arrays, the largest "
        "difference at {share:.1%} of what rounding may do.",
        "parted": "{script}: the numbers part at {label}.",
        "numbers": "  element {place}: here {here:.9g}, PyTorch {there:.9g}; difference "
        "{difference:.3g}, allowed {allowed:.3g}",
        "shapes": "  the numbers of elements differ: {shapes}",
        "after": "  {before} arrays before it agree; {n} differ in all, of {compared}.",
        "no PyTorch": "{script}: PyTorch is not installed here, so there is nothing to compare "
        "with. Install it (pip install torch), or write a trace with --trace FILE and compare "
        "elsewhere with --against FILE.",
        "failed": "{script}: no comparison.",
        "edu": "  here: {why}",
        "torch": "  in PyTorch: {why}",
        "nothing": "  Nothing was seen: the script calls no module, no backward(), no optimizer.",
        "only here": "  {n} array(s) here only, the first: {label}",
        "only there": "  {n} array(s) in PyTorch only, the first: {label}",
        "trace": "  trace: {trace}",
        "late": "stopped after {timeout:g} s",
    },
    "ru": {
        "same": "{script}: здесь и в PyTorch одни и те же числа: массивов {compared}, наибольшее "
        "расхождение — {share:.1%} допустимого округления.",
        "parted": "{script}: числа расходятся: {label}.",
        "numbers": "  элемент {place}: здесь {here:.9g}, в PyTorch {there:.9g}; разность "
        "{difference:.3g}, допуск {allowed:.3g}",
        "shapes": "  разное число элементов: {shapes}",
        "after": "  до него совпало массивов: {before}; всего расходится {n} из {compared}.",
        "no PyTorch": "{script}: PyTorch здесь не установлен, сравнивать не с чем. Установите его "
        "(pip install torch) или запишите след (--trace ФАЙЛ) и сравните в другом месте "
        "(--against ФАЙЛ).",
        "failed": "{script}: сравнения не получилось.",
        "edu": "  здесь: {why}",
        "torch": "  в PyTorch: {why}",
        "nothing": "  Ничего не замечено: скрипт не вызывает ни модуля, ни backward(), ни "
        "оптимизатора.",
        "only here": "  массивов только здесь: {n}, первый: {label}",
        "only there": "  массивов только в PyTorch: {n}, первый: {label}",
        "trace": "  след: {trace}",
        "late": "остановлено через {timeout:g} с",
    },
}


def check(lang: str) -> None:
    """Raise `ArgumentError` for a language that is not spoken here."""
    if lang not in _WORDS:
        raise ArgumentError(f"lang={lang!r} is not spoken here. Use one of {', '.join(_WORDS)}.")


def late(timeout: float, lang: str) -> str:
    """That a run took too long."""
    return _WORDS[lang]["late"].format(timeout=timeout)


def report(result: Comparison, lang: str) -> str:
    """The verdict, the numbers that show it, and what else must be known."""
    check(lang)
    words, first = _WORDS[lang], result.first
    facts = {"script": result.script, "compared": result.compared, "share": result.largest}
    lines = [words[result.status].format(**facts, label=first.label if first else "")]
    if first is not None:
        numbers = {k: getattr(first, k) for k in first.__slots__}
        lines.append(words["shapes" if first.shapes else "numbers"].format(**numbers))
        n = len(result.partings)
        lines.append(words["after"].format(before=result.agreeing, n=n, compared=result.compared))
    lines += [words[side].format(why=why) for side, why in result.failures.items()]
    if result.status == "failed" and not result.failures:
        lines.append(words["nothing"])
    for name, labels in (("only here", result.only_here), ("only there", result.only_there)):
        if labels and result.compared:
            lines.append(words[name].format(n=len(labels), label=labels[0]))
    if result.trace:
        lines.append(words["trace"].format(trace=result.trace))
    return "\n".join(lines)
