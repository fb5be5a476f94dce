"""scikit-learn's own checks on the estimators with all their defaults: too long for the suite.

SCIPY_ARRAY_API=1 python -m pytest tests/lab/checks_by_default.py
"""

from __future__ import annotations

import warnings
from typing import Any

from sklearn.utils.estimator_checks import parametrize_with_checks

from tinygrad_edu.lab import MLPClassifier, MLPRegressor


@parametrize_with_checks([MLPRegressor(), MLPClassifier()])
def test_scikit_learns_own_checks(estimator: Any, check: Any) -> None:
    """Each check that scikit-learn has for estimators."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(estimator)
