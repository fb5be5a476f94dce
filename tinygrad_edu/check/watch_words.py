"""Forensics in words: each finding, its evidence and the usual remedies, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from ..errors import ArgumentError

if TYPE_CHECKING:
    from .findings import Finding

__all__ = ["check", "html", "remedy", "report", "sentence"]

_SENTENCES = {
    "en": {
        "value": "The first value that is no number: {what}, born in pass {step} in {op} at "
        "{where}. There {inputs}.",
        "value from outside": "A value that is no number came in from outside in pass {step}: "
        "{argument} of {op} at {where} already held {what}.",
        "slope": "The first gradient that is no number: {what}, made in pass {step} by the backward"
        " of {op} at {where}, for {argument}. There {inputs}; the slope of ${formula}$ is not "
        "finite there.",
        "dead": "Dead relus in {where}: {dead} of {units} units gave 0 for every example of the "
        "last {passes} passes, and so receive no gradient.",
        "saturated": "Saturated {op} in {where}: {share:.0%} of its outputs lie where the curve is "
        "flat, and let next to no gradient through.",
        "vanishing": "Vanishing gradient: that of {where} is {size:g}, that of {layer} {other:g} "
        "(ratio {ratio:g}).",
        "exploding": "Exploding gradient: that of {where} is {size:g}, that of {layer} {other:g} "
        "(ratio {ratio:g}).",
        "exploding size": "Exploding gradient: that of {where} is {size:g}, a thousand times the "
        "weights themselves ({own:g}) and more.",
        "exploding norm": "Exploding gradient: its norm rose from {usual:g} to {top:g} in pass "
        "{step}.",
        "rate too high": "Learning rate too high{lr}: the loss began at {first:g}, and {then}.",
        "peak": "rose to {peak:g} around pass {step}",
        "last": "ended at {last:g}",
        "jumps": "is a saw-tooth: it jumped by more than half of that in {jumps} of the last {of} "
        "passes",
        "rate too low": "Learning rate too low{lr}: in {passes} passes the loss went from {first:g}"
        " to {last:g}, and the parameters moved by {moved:.2%} of their size.",
        "overfitting": "Overfitting: after {epochs} epochs {train:.1%} of the training set is "
        "right, and {test:.1%} of the test set (its best was {best:.1%}).",
        "healthy": "Passes: {n}. Nothing found.",
        "found": "Passes: {n}. Findings: {k}.",
        "help": "Usual remedies: ",
        "NaN": "NaN",
        "inf": "an infinity",
        "place": "{kind}{index} ({count} of {size})",
        "lies in": "lies in",
    },
    "ru": {
        "value": "Первое значение, которое не число: {what}; родилось на проходе {step} в {op}, "
        "строка {where}. Там {inputs}.",
        "value from outside": "Значение, которое не число, пришло извне на проходе {step}: "
        "{argument} операции {op}, строка {where}, уже содержал {what}.",
        "slope": "Первый градиент, который не число: {what}; его дал на проходе {step} обратный ход"
        " {op}, строка {where}, для {argument}. Там {inputs}; наклон ${formula}$ здесь "
        "бесконечен.",
        "dead": "Мёртвые ReLU в {where}: {dead} из {units} нейронов давали 0 на каждом примере "
        "последних {passes} проходов и потому не получают градиента.",
        "saturated": "Насыщение {op} в {where}: {share:.0%} выходов лежат там, где кривая плоская, "
        "и почти не пропускают градиент.",
        "vanishing": "Затухающий градиент: у {where} он {size:g}, у {layer} {other:g} (отношение "
        "{ratio:g}).",
        "exploding": "Взрывающийся градиент: у {where} он {size:g}, у {layer} {other:g} (отношение "
        "{ratio:g}).",
        "exploding size": "Взрывающийся градиент: у {where} он {size:g}, в тысячу и более раз "
        "больше самих весов ({own:g}).",
        "exploding norm": "Взрывающийся градиент: его норма выросла с {usual:g} до {top:g} на "
        "проходе {step}.",
        "rate too high": "Скорость обучения слишком велика{lr}: сначала потери были {first:g}, "
        "потом {then}.",
        "peak": "выросли до {peak:g} около прохода {step}",
        "last": "дошли до {last:g}",
        "jumps": "пошли пилой: в {jumps} из последних {of} проходов скачок больше половины этого",
        "rate too low": "Скорость обучения слишком мала{lr}: за {passes} проходов потери изменились"
        " с {first:g} до {last:g}, а параметры сдвинулись на {moved:.2%} своей величины.",
        "overfitting": "Переобучение: после {epochs} эпох верно {train:.1%} обучающего набора и "
        "{test:.1%} тестового (лучшее было {best:.1%}).",
        "healthy": "Проходов: {n}. Ничего не найдено.",
        "found": "Проходов: {n}. Найдено: {k}.",
        "help": "Обычно помогает: ",
        "NaN": "NaN",
        "inf": "бесконечность",
        "place": "{kind}{index} ({count} из {size})",
        "lies in": "в пределах",
    },
}

_REMEDIES = {
    "en": {
        "value": "keep the input where the formula is finite (clamp it, add a small ε), use the "
        "loss that takes logits, a smaller learning rate.",
        "value from outside": "check the data for NaN; if a parameter holds it, a smaller learning "
        "rate.",
        "slope": "keep the input away from that point: add a small ε under the root, clamp.",
        "dead": "a smaller learning rate, He initialisation, leaky ReLU, inputs of mean 0.",
        "saturated": "ReLU in hidden layers, smaller initial weights, normalised inputs.",
        "vanishing": "ReLU in place of sigmoid or tanh, He or Xavier initialisation, normalisation,"
        " Adam or RMSprop.",
        "exploding": "smaller initial weights, clip_grad_norm_, normalisation, a smaller learning "
        "rate.",
        "rate too high": "a learning rate ten times smaller, a schedule, Adam or RMSprop.",
        "rate too low": "a learning rate ten times larger, Adam or RMSprop.",
        "overfitting": "dropout, L2 (weight_decay), more data, a smaller network, an earlier end.",
    },
    "ru": {
        "value": "держать вход там, где формула конечна (clamp, малое ε), функция потерь от "
        "логитов, меньшая скорость обучения.",
        "value from outside": "проверить данные на NaN; если его содержит параметр — меньшая "
        "скорость обучения.",
        "slope": "держать вход в стороне от этой точки: малое ε под корнем, clamp.",
        "dead": "меньшая скорость обучения, инициализация Хе, leaky ReLU, входы со средним 0.",
        "saturated": "ReLU в скрытых слоях, меньшие начальные веса, нормированные входы.",
        "vanishing": "ReLU вместо сигмоиды и tanh, инициализация Хе или Ксавье, нормализация, Adam"
        " или RMSprop.",
        "exploding": "меньшие начальные веса, clip_grad_norm_, нормализация, меньшая скорость "
        "обучения.",
        "rate too high": "скорость обучения в десять раз меньше, расписание, Adam или RMSprop.",
        "rate too low": "скорость обучения в десять раз больше, Adam или RMSprop.",
        "overfitting": "Dropout, L2 (weight_decay), больше данных, меньшая сеть, ранняя остановка.",
    },
}


def check(lang: str) -> None:
    """Raise `ArgumentError` for a language that is not spoken here."""
    if lang not in _SENTENCES:
        known = ", ".join(_SENTENCES)
        raise ArgumentError(f"lang={lang!r} is not spoken here. Use one of {known}.")


def sentence(finding: Finding, lang: str) -> str:
    """One finding with its evidence."""
    check(lang)
    words, facts = _SENTENCES[lang], finding.facts
    rate = facts.get("rate")
    extra = {"lr": "" if rate is None else f" ({rate:g})", "where": finding.where}
    if "kind" in facts:
        facts = facts | {"inputs": facts["inputs"].replace("lies in", words["lies in"])}
        index = facts["index"] or ""
        told = {**facts, "kind": words[facts["kind"]], "index": f" {index}" if index else ""}
        extra["what"] = words["place"].format(**told)
    for kind in ("peak", "last", "jumps"):
        if finding.name == "rate too high" and kind in facts:
            extra["then"] = words[kind].format(**facts)
    return words[finding.name].format(**{**facts, **extra})


def remedy(finding: Finding, lang: str) -> str:
    """What usually helps against it."""
    check(lang)
    return _REMEDIES[lang][finding.name.removesuffix(" norm").removesuffix(" size")]


def report(findings: Sequence[Finding], passes: int, lang: str) -> str:
    """All findings, one after the other."""
    check(lang)
    words = _SENTENCES[lang]
    head = words["found" if findings else "healthy"].format(k=len(findings), n=passes)
    lines = [head]
    for finding in findings:
        lines += [f"  {sentence(finding, lang)}", f"    {words['help']}{remedy(finding, lang)}"]
    return "\n".join(lines)


def html(findings: Sequence[Finding], passes: int, lang: str) -> str:
    """The same for a notebook."""
    colour = "#c0392b" if findings else "#1e8449"
    head, *rest = report(findings, passes, lang).split("\n")
    body = "".join(f"<div>{escape(line.strip())}</div>" for line in rest)
    return (
        f'<div style="font-family:sans-serif;border-left:4px solid {colour};padding-left:.7em">'
        f'<b style="color:{colour}">{escape(head)}</b>{body}</div>'
    )
