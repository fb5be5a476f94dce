"""Networks as HTML, for Jupyter: a tree that opens and closes, and the table of a summary."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .summary import Summary

__all__ = ["summary_table", "tree"]

_FONT = "font-family:ui-monospace,monospace;font-size:13px"
_DEEP = 2  # levels that are open at first


def tree(module: Any) -> str:
    """The module and what it is made of, every level with its number of parameters."""
    return f'<div style="{_FONT}">{_branch("", module, 0)}</div>'


def _branch(name: str, module: Any, depth: int) -> str:
    own = [p for p in module.parameters() if p is not None]
    count = sum(p.array.size for p in own)
    kind = type(module).__name__
    children = [(k, m) for k, m in module._modules.items() if m is not None]
    extra = "" if children else escape(f"({module.extra_repr()})")
    label = f"{escape(f'({name}) ') if name else ''}<b>{escape(kind)}</b>{extra}"
    if count:
        label += f' <span style="opacity:.6">{count:,}</span>'
    if not children:
        return f'<div style="padding-left:1.6em">{label}</div>'
    inner = "".join(_branch(k, m, depth + 1) for k, m in children)
    is_open = " open" if depth < _DEEP else ""
    return (
        f'<details style="padding-left:{0.8 * bool(depth)}em"{is_open}>'
        f"<summary>{label}</summary>{inner}</details>"
    )


def summary_table(told: Summary) -> str:
    """A summary's rows; the error that stopped the pass stands below in red."""
    rows = "".join(
        f'<tr><td style="padding-left:{1.2 * _depth(r.path)}em;text-align:left">'
        f"{escape(r.label.strip())}</td><td style='text-align:left'>{escape(r.output)}</td>"
        f"<td>{f'{r.parameters:,}' if r.parameters else ''}</td></tr>"
        for r in told.rows
    )
    head = "".join(f"<th>{name}</th>" for name in ("layer", "output", "parameters"))
    end = f"{told.parameters:,} parameters, {told.learned:,} of them learned"
    html = f'<div style="{_FONT}"><table><tr>{head}</tr>{rows}</table><p>{end}</p>'
    if told.error is not None:
        error = f"{told.stopped_in} {type(told.error).__name__}: {told.error}"
        html += f'<p style="color:#D00000">✗ {escape(error)}</p>'
    return html + "</div>"


def _depth(path: str) -> int:
    return path.count(".") + 1 if path else 0
