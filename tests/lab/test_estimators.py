"""The estimators keep scikit-learn's conventions and the course's, with it and without."""

from __future__ import annotations

import copy
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as te
from tinygrad_edu.data import digits
from tinygrad_edu.errors import (
    AnomalyError,
    ArgumentError,
    DataError,
    InputTypeError,
    TargetError,
    TinygradEduError,
)
from tinygrad_edu.lab import MLPClassifier, MLPRegressor, accuracy_score, r2_score

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]


def waves(n: int = 200, outputs: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """A smooth function of two numbers."""
    x = np.random.default_rng(0).uniform(-1, 1, (n, 2))
    y = np.stack([np.sin(2 * x[:, 0]) + x[:, 1] ** 2, x[:, 0] * x[:, 1]], 1)
    return x, y[:, 0] if outputs == 1 else y


def clouds(n: int = 90, names: Any = ("ant", "bee", "cat")) -> tuple[np.ndarray, np.ndarray]:
    """Three classes around three points."""
    rng, k = np.random.default_rng(0), np.arange(n) % 3
    return rng.normal(size=(n, 2)) + 5 * np.array([[0, 0], [0, 1], [1, 0]])[k], np.array(names)[k]


# -- the course's homework


def test_the_homework() -> None:
    """The homework's class: its arguments by name and by place, its methods, its defaults."""
    x, y = waves()
    model = MLPRegressor(hidden_layer_sizes=(100,), learning_rate=0.001, max_iter=10)
    model.train(x, y)
    assert model.predict(x).shape == y.shape
    assert model.n_iter_ == 10
    same = MLPRegressor((100,), 0.001, 10)
    assert same.get_params() == model.get_params() == MLPRegressor().get_params()


def test_the_homework_learns() -> None:
    """With two layers and more epochs the function is learned to R² 0.98, by plain SGD to 0.95."""
    x, y = waves()
    model = MLPRegressor((64, 32), 0.01, 60, random_state=0)
    model.train(x, y)
    assert r2_score(y, model.predict(x)) > 0.98
    assert model.loss_curve_[-1] < model.loss_curve_[0] / 10
    sgd = MLPRegressor((64,), 0.1, 200, solver="sgd", random_state=0, tol=0)
    assert sgd.fit(x, y).score(x, y) > 0.95


WITHOUT = """
import sys
for name in ("sklearn", "scipy", "pandas", "safetensors", "tqdm"):
    sys.modules[name] = None
import numpy as np, pickle
from tinygrad_edu.lab import MLPClassifier, MLPRegressor
x = np.random.default_rng(0).uniform(-1, 1, (200, 2))
model = MLPRegressor(hidden_layer_sizes=(100,), learning_rate=0.01, max_iter=30, random_state=0)
model.train(x, x[:, 0] * x[:, 1])
assert model.score(x, x[:, 0] * x[:, 1]) > 0.8, model.score(x, x[:, 0] * x[:, 1])
named = MLPClassifier(random_state=0, max_iter=20).fit(x, np.where(x[:, 0] > 0, "right", "left"))
assert named.score(x, np.where(x[:, 0] > 0, "right", "left")) > 0.9
assert (pickle.loads(pickle.dumps(named)).predict(x) == named.predict(x)).all()
print(model.set_params(max_iter=3), MLPClassifier())
try:
    MLPRegressor().predict(x)
except (ValueError, AttributeError) as error:
    print(type(error).__name__, error)
try:
    model.set_params(hidden=3)
except ValueError as error:
    print(error)
"""


def test_numpy_alone_is_enough() -> None:
    """Where scikit-learn cannot be imported, the estimators learn and predict all the same."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", WITHOUT], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == (
        "MLPRegressor(learning_rate=0.01, max_iter=3, random_state=0) MLPClassifier()"
    )
    assert lines[1].startswith("NotFitted predict: this MLPRegressor instance is not fitted yet")
    assert "MLPRegressor has no parameter 'hidden'" in lines[2]


def test_importing_the_laboratory_leaves_scikit_learn_alone() -> None:
    """Only who names an estimator looks for scikit-learn."""
    code = "import sys, tinygrad_edu, tinygrad_edu.lab as lab; print('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


# -- scikit-learn's conventions

ESTIMATORS = [MLPRegressor(), MLPClassifier(max_iter=10)]  # .ci/run checks the default, too

try:
    from sklearn.utils.estimator_checks import parametrize_with_checks
except ImportError:

    @pytest.mark.skip(reason="scikit-learn is not installed")
    def test_scikit_learns_own_checks() -> None:
        """Skipped."""
else:

    @parametrize_with_checks(ESTIMATORS)
    def test_scikit_learns_own_checks(
        estimator: Any, check: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each check that scikit-learn has for estimators."""
        monkeypatch.setenv("SCIPY_ARRAY_API", "1")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            check(estimator)


def test_in_a_pipeline_and_a_search() -> None:
    """Scaled in a Pipeline, searched by GridSearchCV, cloned: as any other estimator."""
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    from sklearn.base import clone, is_classifier, is_regressor
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, y = clouds()
    pipeline = make_pipeline(StandardScaler(), MLPClassifier((16,), 0.02, 20, random_state=0))
    search = GridSearchCV(
        pipeline, {"mlpclassifier__alpha": [1e-4, 1e3], "mlpclassifier__solver": ["adam"]}, cv=3
    )
    search.fit(x, y)
    assert search.best_params_["mlpclassifier__alpha"] == 1e-4
    assert search.score(x, y) > 0.95
    assert not hasattr(clone(search.best_estimator_[-1]), "model_")
    assert is_classifier(MLPClassifier())
    assert is_regressor(MLPRegressor())


def test_as_good_as_scikit_learns() -> None:
    """On the diabetes data and on half of the digits, no worse than scikit-learn's networks."""
    network = pytest.importorskip("sklearn.neural_network", reason="scikit-learn is not installed")
    from sklearn.datasets import load_diabetes

    x, y = load_diabetes(return_X_y=True)
    x, y = x / x.std(0), (y - y.mean()) / y.std()
    options = {"hidden_layer_sizes": (50,), "max_iter": 30, "batch_size": 32, "random_state": 0}
    theirs, ours = network.MLPRegressor(**options), MLPRegressor(**options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it has not converged, they say
        scores = [model.fit(x[:300], y[:300]).score(x[300:], y[300:]) for model in (theirs, ours)]
    assert scores[1] > scores[0] - 0.03
    assert scores[1] > 0.4
    data = digits()
    x, y, x_test, y_test = (part.numpy() for part in data)
    options = {"hidden_layer_sizes": (32,), "max_iter": 30, "batch_size": 32, "random_state": 0}
    theirs, ours = network.MLPClassifier(**options), MLPClassifier(**options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scores = [model.fit(x[::2], y[::2]).score(x_test, y_test) for model in (theirs, ours)]
    assert scores[1] > scores[0] - 0.02
    assert scores[1] > 0.93


def test_a_table_with_names() -> None:
    """The features' names are kept; a table in another order is refused."""
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    x, y = waves()
    table = pandas.DataFrame(x, columns=["a", "b"])
    model = MLPRegressor(max_iter=2).fit(table, y)
    assert model.feature_names_in_.tolist() == ["a", "b"]
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(table[["b", "a"]])
    model.fit(x, y)
    assert not hasattr(model, "feature_names_in_")


# -- learning


def test_classes_have_names() -> None:
    """Labels of any kind come back; probabilities are in the order of `classes_` and sum to 1."""
    x, y = clouds()
    model = MLPClassifier((16,), 0.02, 30, random_state=0).fit(x, y)
    assert model.classes_.tolist() == ["ant", "bee", "cat"]
    assert model.score(x, y) > 0.95
    p = model.predict_proba(x)
    np.testing.assert_allclose(p.sum(1), 1)
    np.testing.assert_allclose(np.log(p), model.predict_log_proba(x), atol=1e-12)
    assert (model.classes_[p.argmax(1)] == model.predict(x)).all()


@pytest.mark.parametrize("outputs", [1, 2])
def test_coefficients_are_the_network(outputs: int) -> None:
    """`coefs_` and `intercepts_` give the predictions by hand; y keeps its shape."""
    x, y = waves(outputs=outputs)
    model = MLPRegressor((5, 4), 0.01, 3, activation="tanh").fit(x, y)
    (w1, w2, w3), (b1, b2, b3) = model.coefs_, model.intercepts_
    assert [w.shape for w in (w1, w2, w3)] == [(2, 5), (5, 4), (4, outputs)]
    assert model.n_layers_ == 4
    by_hand = np.tanh(np.tanh(x @ w1 + b1) @ w2 + b2) @ w3 + b3
    np.testing.assert_allclose(model.predict(x), by_hand.reshape(y.shape))


def test_a_seed_repeats_everything() -> None:
    """An int, a RandomState and the library's own seed give the same weights again."""
    x, y = waves(50)

    def weights(state: Any) -> np.ndarray:
        return MLPRegressor(max_iter=2, random_state=state).fit(x, y).coefs_[0]

    assert np.array_equal(weights(3), weights(3))
    assert not np.array_equal(weights(3), weights(4))
    for kind in (np.random.RandomState, np.random.default_rng):
        assert np.array_equal(weights(kind(0)), weights(kind(0)))
    te.manual_seed(0)
    first = weights(None)
    te.manual_seed(0)
    assert np.array_equal(weights(None), first)


def test_the_penalty_shrinks_the_weights() -> None:
    """A larger α ends with smaller weights; the biases are not punished."""
    x, y = waves()
    sizes = [
        abs(MLPRegressor((8,), 0.01, 40, alpha=alpha, random_state=0).fit(x, y).coefs_[0]).sum()
        for alpha in (0, 10)
    ]
    assert sizes[1] < 0.5 * sizes[0]
    constant = MLPRegressor((), 0.1, 100, alpha=1e6, tol=0, random_state=0).fit(x, y * 0 + 3)
    assert constant.predict(x) == pytest.approx(3, abs=0.2)


def test_it_stops_when_nothing_is_gained() -> None:
    """Fewer epochs than allowed, where the loss no longer falls by `tol`."""
    x, y = waves(50)
    model = MLPRegressor((4,), 0.01, 500, n_iter_no_change=3, tol=1e-3, random_state=0).fit(x, y)
    assert model.n_iter_ == len(model.loss_curve_) < 500
    assert model.loss_ == model.loss_curve_[-1]
    assert model.best_loss_ == min(model.loss_curve_)


@pytest.mark.parametrize("kind", [MLPRegressor, MLPClassifier])
def test_early_stopping_keeps_the_best(kind: Any) -> None:
    """Examples are held back, their scores recorded, and the best epoch's weights kept."""
    x, y = waves() if kind is MLPRegressor else clouds()
    model = kind((16,), 0.02, 60, early_stopping=True, n_iter_no_change=4, random_state=0)
    model.fit(x, y)
    assert model.n_iter_ == len(model.validation_scores_)
    assert model.best_validation_score_ == max(model.validation_scores_)
    assert model.score(x, y) > 0.8


def test_partial_fits_are_epochs() -> None:
    """Called again and again it goes on; classes that come later were told at first."""
    x, y = clouds()
    model = MLPClassifier((16,), 0.02, random_state=0)
    first = np.isin(y, ["ant", "bee"])
    model.partial_fit(x[first], y[first], classes=["cat", "bee", "ant"])
    for _ in range(60):
        model.partial_fit(x, y)
    assert model.n_iter_ == len(model.loss_curve_) == 61
    assert model.score(x, y) > 0.95
    regressor = MLPRegressor((16,), 0.02, random_state=0)
    for _ in range(40):
        regressor.partial_fit(*waves())
    assert regressor.score(*waves()) > 0.8


def test_a_warm_start_goes_on() -> None:
    """With `warm_start` a second fit begins at the first one's weights, otherwise anew."""
    x, y = waves()
    for warm in (False, True):
        model = MLPRegressor((8,), 0.01, 5, warm_start=warm, random_state=0).fit(x, y)
        before = model.loss_
        model.fit(x, y)
        assert (model.loss_ < before) is warm
        assert model.n_iter_ == (10 if warm else 5)


def test_verbose_says_each_loss(capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each epoch, and none without it."""
    MLPRegressor(max_iter=2, verbose=True).fit(*waves(30))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines] == ["Iteration 1", "Iteration 2"]
    MLPRegressor(max_iter=2).fit(*waves(30))
    assert capsys.readouterr() == ("", "")


# -- files


@pytest.mark.parametrize("kind", [MLPRegressor, MLPClassifier])
def test_saved_and_loaded(tmp_path: Path, kind: Any) -> None:
    """A fitted estimator comes back from a safetensors file, with the same predictions."""
    pytest.importorskip("safetensors", reason="safetensors is not installed")
    for x, y in (
        waves(outputs=2) if kind is MLPRegressor else clouds(),
        waves() if kind is MLPRegressor else clouds(names=(3, 5, 7)),
    ):
        x = x.astype(np.float32) if y.ndim == 1 else x
        model = kind((6, 5), max_iter=3, activation="tanh", random_state=0).fit(x, y)
        model.save(tmp_path / "m.safetensors")
        loaded = kind.load(tmp_path / "m.safetensors")
        assert np.array_equal(loaded.predict(x), model.predict(x))
        assert loaded.get_params() == model.get_params()
        assert loaded.loss_curve_ == model.loss_curve_


def test_files_that_hold_no_estimator(tmp_path: Path) -> None:
    """Another kind, a damaged one, one before `fit`: refused."""
    pytest.importorskip("safetensors", reason="safetensors is not installed")
    path = tmp_path / "m.safetensors"
    with pytest.raises(TinygradEduError, match="not fitted yet"):
        MLPRegressor().save(path)
    MLPRegressor(max_iter=1).fit(*waves()).save(path)
    with pytest.raises(DataError, match="holds no MLPClassifier"):
        MLPClassifier.load(path)
    contents = te.load(path)
    for change in ({"sizes": [2]}, {"params": {"alpha": -1}}, {"params": {"x": 1}}, {"model": {}}):
        te.save({**copy.deepcopy(contents), **change}, path)
        with pytest.raises(DataError, match="cannot be used"):
            MLPRegressor.load(path)


# -- what is refused

X, Y = waves(20)
NAN = np.where(X[0, 0] == X, np.nan, X)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"hidden_layer_sizes": (10, 0)}, r"hidden_layer_sizes=\(10, 0\)"),
        ({"hidden_layer_sizes": "100"}, "hidden_layer_sizes='100'"),
        ({"hidden_layer_sizes": 2.5}, r"hidden_layer_sizes=2\.5"),
        ({"learning_rate": "adaptive"}, "learning_rate='adaptive', but it is a finite number"),
        ({"learning_rate": -0.1}, r"learning_rate=-0\.1"),
        ({"learning_rate": np.nan}, "learning_rate=nan"),
        ({"max_iter": 0}, "max_iter=0"),
        ({"max_iter": True}, "max_iter=True"),
        ({"alpha": -1}, "alpha=-1"),
        ({"activation": "relux"}, "activation='relux' is not known. Use one of relu"),
        ({"solver": "lbfgs"}, "solver='lbfgs' is not known. Use one of sgd"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"batch_size": "all"}, "batch_size='all'"),
        ({"tol": None}, "tol=None"),
        ({"n_iter_no_change": 1.5}, r"n_iter_no_change=1\.5"),
        ({"validation_fraction": 1}, "validation_fraction=1, but"),
        ({"random_state": "seed"}, "'seed' is not a whole number"),
    ],
)
def test_parameters_of_nonsense(params: Any, message: str) -> None:
    """Each is named in a ValueError, by both estimators."""
    for model in (MLPRegressor(**params), MLPClassifier(**params)):
        with pytest.raises(ArgumentError, match=message):
            model.fit(X, (Y > 0).astype(int))


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda: MLPRegressor().fit(NAN, Y), ArgumentError, "Input X contains NaN"),
        (lambda: MLPRegressor().fit(X, Y / 0), ArgumentError, "Input y contains infinity"),
        (lambda: MLPRegressor().fit(X, Y[:-1]), TargetError, "X has 20 examples, y has 19"),
        (lambda: MLPClassifier().fit(X, [0, 1]), TargetError, "X has 20 examples, y has 2"),
        (lambda: MLPClassifier().fit(X, Y), ArgumentError, "Unknown label type: continuous"),
        (lambda: MLPClassifier().fit(X, np.eye(20)), ArgumentError, r"y\.argmax\(1\)"),
        (lambda: MLPRegressor().fit(Y, Y), ArgumentError, "Reshape your data"),
        (lambda: MLPRegressor().fit([["a"]], [1]), ArgumentError, "cannot be read as numbers"),
        (lambda: MLPRegressor().fit([[{}]], [1]), InputTypeError, "cannot be read as numbers"),
        (lambda: MLPRegressor().fit(X, None), ArgumentError, "the target y is None"),
        (lambda: MLPClassifier().partial_fit(X, Y > 0), ArgumentError, "needs classes"),
        (
            lambda: MLPClassifier().partial_fit(X, [5] * 20, classes=[0, 1]),
            ArgumentError,
            r"the class np\.int64\(5\), which is not among \[0, 1\]",
        ),
        (
            lambda: MLPRegressor(early_stopping=True).partial_fit(X, Y),
            ArgumentError,
            "early_stopping=True needs all the data",
        ),
        (
            lambda: MLPRegressor(early_stopping=True).fit(X[:1], Y[:1]),
            ArgumentError,
            "nothing is left to learn from",
        ),
        (
            lambda: MLPRegressor(solver="sgd", learning_rate=1e200).fit(X, Y),
            AnomalyError,
            "smaller learning rate",
        ),
    ],
)
def test_data_of_nonsense(ask: Any, error: type, message: str) -> None:
    """NaN, lengths that differ, targets that are no classes, a rate that diverges."""
    with np.errstate(all="ignore"), pytest.raises(error, match=message):
        ask()


def test_one_class_is_always_answered() -> None:
    """A target with a single class is learned as such."""
    model = MLPClassifier(max_iter=2).fit(X, np.full(20, "only"))
    assert accuracy_score(["only"] * 20, model.predict(X)) == 1
