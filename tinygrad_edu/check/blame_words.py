"""The report of `blame` in words: plain text, one line of a picture, and a page; both languages."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ArgumentError
from .conventions import convention

if TYPE_CHECKING:
    from .blame import Report, Wrong
    from .kinks import Kink

__all__ = ["check", "html", "mark", "plain", "report"]

_WORDS = {
    "en": {
        "right": "All {rules} rules of {nodes} nodes are right.",
        "wrong": "{n} wrong rule(s) among {rules} in {nodes} nodes.",
        "first": "The first wrong rule in the backward pass:",
        "more": "Wrong as well:",
        "rule": "{n}. {op}, argument {argument}, at {where}{written}",
        "written": "; the rule stands at {rule}",
        "numbers": "∂z{out}/∂{argument}{place}: the rule says {analytic}, the numbers say {numeric}"
        " (tolerance {tolerance}{step})",
        "step": ", step {step}",
        "mixed": "for a random upstream gradient, in a random direction: the rule says {analytic}, "
        "the numbers say {numeric} (tolerance {tolerance}). Is the rule linear in g?",
        "raised": "the rule raised {raised}",
        "certain": "Measured to a relative error of {certainty} or better; {exact} of {rules} "
        "confirmed by a complex step.",
        "doubtful": "No verdict (rounding, or a forward function that never repeats itself): ",
        "skipped": "{skipped} output(s) have no finite slope or no value here and were left out.",
        "kinks": "Corners:",
        "kink": "{op}.{argument}{place} = {x}: slopes {left} from the left, {right} from the right;"
        " valid from {low} to {high}; the rule takes {value}, {verdict} ({convention})",
        "sum": "{op}.{argument}, all elements together: valid from {low} to {high}; the shares add "
        "up to {value}, {verdict} ({convention})",
        "valid": "which is valid",
        "invalid": "WHICH IS NOT",
        "others": "… and {n} more",
        "mark": "wrong: {argument}: {analytic}, should be {numeric}",
        "mark raised": "wrong: {argument}: {raised}",
    },
    "ru": {
        "right": "Все правила верны: {rules} правил в {nodes} узлах.",
        "wrong": "Неверных правил: {n} из {rules} (узлов: {nodes}).",
        "first": "Первое неверное правило на обратном проходе:",
        "more": "Неверны также:",
        "rule": "{n}. {op}, аргумент {argument}, строка {where}{written}",
        "written": "; правило записано в {rule}",
        "numbers": "∂z{out}/∂{argument}{place}: правило даёт {analytic}, измерение — {numeric} "
        "(допуск {tolerance}{step})",
        "step": ", шаг {step}",
        "mixed": "при случайном входящем градиенте, в случайном направлении: правило даёт "
        "{analytic}, измерение — {numeric} (допуск {tolerance}). Линейно ли правило по g?",
        "raised": "правило прервалось: {raised}",
        "certain": "Относительная ошибка измерения не больше {certainty}; комплексным шагом "
        "подтверждено {exact} из {rules}.",
        "doubtful": "Вердикта нет (округление или прямая функция, которая не повторяется): ",
        "skipped": "У {skipped} выход(ов) здесь нет конечного наклона или значения; они пропущены.",
        "kinks": "Изломы:",
        "kink": "{op}.{argument}{place} = {x}: наклон слева {left}, справа {right}; годится от "
        "{low} до {high}; правило берёт {value}, {verdict} ({convention})",
        "sum": "{op}.{argument}, все элементы вместе: годится от {low} до {high}; сумма долей "
        "{value}, {verdict} ({convention})",
        "valid": "это верно",
        "invalid": "ЭТО НЕВЕРНО",
        "others": "… и ещё {n}",
        "mark": "неверно: {argument}: {analytic}, должно быть {numeric}",
        "mark raised": "неверно: {argument}: {raised}",
    },
}

SHOWN = 8  # corners that the text lists


def check(lang: str) -> None:
    """Raise `ArgumentError` for a language that is not spoken here."""
    if lang not in _WORDS:
        raise ArgumentError(f"lang={lang!r} is not spoken here. Use one of {', '.join(_WORDS)}.")


def report(found: Report, lang: str) -> str:
    """The whole report, a few lines."""
    check(lang)
    return "\n".join(("  " * depth) + line for depth, line in _lines(found, lang))


def _lines(found: Report, lang: str) -> list[tuple[int, str]]:
    words = _WORDS[lang]
    counts = {k: getattr(found, k) for k in ("rules", "nodes", "exact", "skipped")}
    counts |= {"n": len(found.wrong), "certainty": f"{found.certainty:.1g}"}
    lines = [(0, words["wrong" if found.wrong else "right"].format(**counts))]
    for k, wrong in enumerate(found.wrong):
        if k < 2:
            lines.append((0, words["more" if k else "first"]))
        written = words["written"].format(rule=wrong.rule) if wrong.rule else ""
        facts = {"n": wrong.number, "op": wrong.op, "argument": wrong.argument}
        lines.append((1, words["rule"].format(**facts, where=wrong.where, written=written)))
        lines.append((2, _evidence(wrong, lang)))
    if not found.wrong:
        lines.append((0, words["certain"].format(**counts)))
    if found.doubtful:
        lines.append((0, words["doubtful"] + ", ".join(found.doubtful)))
    if found.skipped:
        lines.append((0, words["skipped"].format(**counts)))
    if found.kinks:
        ranked = sorted(found.kinks, key=lambda kink: kink.valid)
        lines.append((0, words["kinks"]))
        lines += [(1, _kink(kink, lang)) for kink in ranked[:SHOWN]]
        if len(ranked) > SHOWN:
            lines.append((1, words["others"].format(n=len(ranked) - SHOWN)))
    return lines


def _evidence(wrong: Wrong, lang: str) -> str:
    words, proof = _WORDS[lang], wrong.proof
    if proof.raised:
        return words["raised"].format(raised=proof.raised)
    facts = {k: f"{getattr(proof, k):.6g}" for k in ("analytic", "numeric")}
    facts["tolerance"] = f"{proof.tolerance:.1g}"
    if proof.output is None:
        return words["mixed"].format(**facts)
    step = words["step"].format(step=f"{proof.step:.1g}") if proof.step else ""
    places = {"out": _index(proof.output), "place": _index(proof.place)}
    return words["numbers"].format(**facts, **places, argument=wrong.argument, step=step)


def _kink(kink: Kink, lang: str) -> str:
    words = _WORDS[lang]
    facts = {k: f"{getattr(kink, k):.4g}" for k in ("left", "right", "low", "high", "value", "x")}
    facts |= {"op": kink.op, "argument": kink.argument, "place": _index(kink.place)}
    verdict = words["valid" if kink.valid else "invalid"]
    text = words["sum" if kink.place is None else "kink"]
    return text.format(**facts, verdict=verdict, convention=convention(kink.op, lang))


def mark(wrong: Wrong, lang: str) -> str:
    """What is wrong at a node, short enough to stand beside it."""
    words, proof = _WORDS[lang], wrong.proof
    if proof.raised:
        return words["mark raised"].format(argument=wrong.argument, raised=proof.raised[:60])
    facts = {k: f"{getattr(proof, k):.4g}" for k in ("analytic", "numeric")}
    return words["mark"].format(argument=wrong.argument + _index(proof.place), **facts)


def html(found: Report, lang: str) -> str:
    """The report for a notebook: the verdict's colour, then the same lines."""
    colour = "#c0392b" if found.wrong else "#1e8449"
    (_, head), *rest = _lines(found, lang)
    body = "".join(
        f'<div style="margin-left:{1.2 * depth}em">{escape(line)}</div>' for depth, line in rest
    )
    return (
        f'<div style="font-family:sans-serif;border-left:4px solid {colour};padding-left:.7em">'
        f'<b style="color:{colour}">{escape(head)}</b>{body}</div>'
    )


def plain(facts: dict[str, Any]) -> dict[str, Any]:
    """The same for JSON: lists for tuples, words for numbers that are not finite."""
    told = {}
    for name, value in facts.items():
        if isinstance(value, tuple):
            value = list(value)
        elif isinstance(value, float) and not np.isfinite(value):
            value = None if np.isnan(value) else str(value)
        told[name] = value
    return told


def _index(place: tuple[int, ...] | None) -> str:
    return f"[{', '.join(map(str, place))}]" if place else ""
