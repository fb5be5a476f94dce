"""The diagnosis of a hand-written backward pass.

Reading order: `work` (what a student hands in), `slopes` (the truth), `sizes` and `samples` (where
it is asked), `relations` and `mistakes` (what may be wrong), `explain`, `shrink` and `prove` (the
smallest numbers), `words` and `report`, `diagnose`.
"""

from .diagnose import diagnose, examine
from .report import Evidence, Finding, Report

__all__ = ["Evidence", "Finding", "Report", "diagnose", "examine"]
