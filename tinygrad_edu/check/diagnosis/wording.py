"""Which words for a mistake are true here: a factor 2 is another story with a ½ before the loss."""

from __future__ import annotations

from .network import Network
from .report import Finding

__all__ = ["words_for"]


def words_for(finding: Finding, net: Network | None, params: tuple[str, ...]) -> str:
    """The name of a finding's words: "sign", "sign:below", "factor-2:again" …"""
    name = finding.name
    if name == "sign" and set(finding.params) != set(params):
        return "sign:below"
    if name == "transposed" and finding.mistake is not None:
        return "transposed:below"
    if net is None:
        return name
    if name in ("factor-2", "factor-half"):
        if net.loss != "squared":
            return "wrong-factor"
        return name if (net.factor == 0.5) == (name == "factor-2") else f"{name}:again"
    if name == "mean-for-sum" and net.divisor:
        return f"{name}:again"
    if name == "sum-for-mean" and not net.divisor:
        return f"{name}:again"
    return name
