"""What the numbers of a study say: tables, stability, what went wrong, what to recommend."""

from .findings import Finding, findings
from .groups import Group, best_group, groups
from .recommend import Recommendation, recommend
from .significance import paired_permutation_test
from .stability import Stability, stability
from .tables import axis_table, optimizer_table

__all__ = [
    "Finding",
    "Group",
    "Recommendation",
    "Stability",
    "axis_table",
    "best_group",
    "findings",
    "groups",
    "optimizer_table",
    "paired_permutation_test",
    "recommend",
    "stability",
]
