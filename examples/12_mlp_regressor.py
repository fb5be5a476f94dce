# %% [markdown]
# # 12 · The homework: MLPRegressor · Домашнее задание: MLPRegressor
#
# The lecture asks for a class with `__init__(hidden_layer_sizes, learning_rate, max_iter)`,
# `train(X, y)` and `predict(X)`. First it is written by hand, then the library's is used, in the
# company of scikit-learn.
#
# Лекция просит класс с `__init__(hidden_layer_sizes, learning_rate, max_iter)`, `train(X, y)` и
# `predict(X)`. Сначала он написан вручную, затем взят из библиотеки — вместе со scikit-learn.
#
# Needs, нужно: `pip install '.[cli,sklearn]'`

# %%
import inspect
from itertools import pairwise

import numpy as np
from lesson import quick, show
from matplotlib.figure import Figure
from sklearn.datasets import load_diabetes
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import tinygrad_edu as te
from tinygrad_edu import nn, optim
from tinygrad_edu.lab import MLPRegressor

# %% [markdown]
# ## By hand, on the engine · Вручную, на движке


# %%
class Homework:
    """The lecture's interface; the backward pass is the engine's."""

    def __init__(self, hidden_layer_sizes=(100,), learning_rate=0.001, max_iter=10):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.learning_rate = learning_rate
        self.max_iter = max_iter

    def train(self, X, y):
        X, y = te.tensor(X, dtype=te.float32), te.tensor(y, dtype=te.float32)[:, None]
        sizes, layers = [X.shape[1], *self.hidden_layer_sizes], []
        for n_in, n_out in pairwise(sizes):
            layers += [nn.Linear(n_in, n_out), nn.ReLU()]
        self.model = nn.Sequential(*layers, nn.Linear(sizes[-1], 1))
        optimizer = optim.Adam(self.model.parameters(), lr=self.learning_rate)
        for _ in range(self.max_iter):
            for rows in te.randperm(len(X)).split(32):
                loss = nn.functional.mse_loss(self.model(X[rows]), y[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()

    def predict(self, X):
        with te.no_grad():
            return self.model(te.tensor(X, dtype=te.float32))[:, 0].numpy()


rng = np.random.default_rng(0)
X = rng.uniform(-3, 3, (400, 1))
y = np.sin(X[:, 0]) + 0.1 * rng.standard_normal(400)
te.manual_seed(0)
homework = Homework(learning_rate=0.01, max_iter=quick(100, 40))
homework.train(X, y)
print(f"by hand: mean squared error {np.mean((homework.predict(X) - y) ** 2):.3f}")

# %% [markdown]
# ## From the library, with the same interface · Из библиотеки, с тем же интерфейсом

# %%
print("parameters:", list(inspect.signature(MLPRegressor).parameters)[:3])
model = MLPRegressor(
    hidden_layer_sizes=(100,), learning_rate=0.01, max_iter=quick(100, 40), random_state=0
)
model.train(X, y)
print(f"library: mean squared error {np.mean((model.predict(X) - y) ** 2):.3f}")

# %%
line = np.linspace(-4, 4, 200)[:, None]
figure = Figure(figsize=(11, 3.6), layout="constrained")
fit, loss = figure.subplots(1, 2)
fit.plot(X, y, ".", color="#999999", markersize=3)
fit.plot(line, homework.predict(line), label="by hand · вручную")
fit.plot(line, model.predict(line), "--", label="library · библиотека")
fit.set(title="sin x + noise · sin x + шум", xlabel="x")
fit.legend(frameon=False)
loss.semilogy(range(1, len(model.loss_curve_) + 1), model.loss_curve_)
loss.set(title="loss, library · потери, библиотека", xlabel="epoch · эпоха")
show(figure, "12_regression")

# %% [markdown]
# Outside [−3, 3], where it has seen nothing, the network goes on along a straight line: it fits, it
# does not know.
#
# Вне [−3, 3], где примеров не было, сеть идёт дальше по прямой: она приближает, а не знает.
#
# ## In a scikit-learn pipeline · В конвейере scikit-learn
#
# Disease progression from ten measurements. The scaler is fitted on the training part alone; the
# grid tries widths and penalties by cross-validation.
#
# Развитие болезни по десяти измерениям. Масштаб берётся только с обучающей части; сетка перебирает
# ширину и штраф с перекрёстной проверкой.

# %%
data, target = load_diabetes(return_X_y=True)
target = (target - target.mean()) / target.std()
parts = train_test_split(data, target, test_size=0.3, random_state=0)
x_train, x_test, y_train, y_test = parts
pipeline = make_pipeline(
    StandardScaler(), MLPRegressor(max_iter=quick(60, 20), learning_rate=0.003, random_state=0)
)
grid = GridSearchCV(
    pipeline,
    {
        "mlpregressor__hidden_layer_sizes": [(8,), (32,), (32, 16)][: quick(3, 2)],
        "mlpregressor__alpha": [0.01, 1.0],
    },
    cv=3,
)
grid.fit(x_train, y_train)
print("tried:", len(grid.cv_results_["params"]), "settings")
print("best:", {name.split("__")[1]: value for name, value in grid.best_params_.items()})
print(f"R² on the test part: {grid.score(x_test, y_test):.2f}")

# %% [markdown]
# ## Exercise · Упражнение
#
# Write the class in NumPy, the backward pass by hand. Напишите класс на NumPy, обратный проход —
# вручную. Then, затем: `tinygrad-edu check answer.py`
