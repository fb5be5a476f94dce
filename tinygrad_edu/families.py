"""The families of backward rules, in words and colours: named here, once, in both languages."""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "BLOCKER",
    "COLLECTOR",
    "DISTRIBUTOR",
    "FAMILIES",
    "MOVER",
    "ROUTER",
    "SCALER",
    "SPREADER",
    "SWITCH",
    "Family",
]


class Family(NamedTuple):
    """What an op's backward rule does to the gradient, in a word that a picture can carry."""

    name: str
    ru: str
    says: str
    says_ru: str
    colour: str


# The first two words are the course's own (lecture 002); the colours are Okabe and Ito's, which
# colour-blind people tell apart.
DISTRIBUTOR = Family(
    "distributor",
    "распределитель",
    "the gradient goes to every input unchanged",
    "градиент передаётся каждому входу без изменений",
    "#56B4E9",
)
SWITCH = Family(
    "switch",
    "переключатель",
    "the gradient is multiplied by the other input",
    "градиент умножается на другой вход",
    "#E69F00",
)
ROUTER = Family(
    "router",
    "маршрутизатор",
    "only the input that won receives the gradient",
    "градиент получает только победивший вход",
    "#CC79A7",
)
COLLECTOR = Family(
    "collector",
    "сборщик",
    "one value was used many times: its gradients add up",
    "одно значение использовано много раз: его градиенты складываются",
    "#009E73",
)
SPREADER = Family(
    "spreader",
    "разветвитель",
    "one gradient goes to all the values that were added up",
    "один градиент достаётся всем слагаемым",
    "#F0E442",
)
SCALER = Family(
    "scaler",
    "масштабатор",
    "the gradient is multiplied by the local slope",
    "градиент умножается на местный наклон",
    "#D55E00",
)
MOVER = Family(
    "mover",
    "перевозчик",
    "the gradient travels back by the inverse move",
    "градиент возвращается обратным перемещением",
    "#0072B2",
)
BLOCKER = Family(
    "blocker",
    "заслонка",
    "no gradient passes: the output does not follow small changes of the input",
    "градиент не проходит: выход не следует за малыми изменениями входа",
    "#999999",
)

FAMILIES: dict[str, Family] = {
    f.name: f for f in (DISTRIBUTOR, SWITCH, ROUTER, COLLECTOR, SPREADER, SCALER, MOVER, BLOCKER)
}
