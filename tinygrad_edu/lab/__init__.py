"""The laboratory: a training loop, its record, and pictures of it.

    data = digits()
    recipe = recipe_for("digits")
    model = recipe.model(data)
    history = list(recipe.train(model, data))
    save_curves(history, "curves.png")

That is what `tinygrad-edu train` does; every part of it can be used alone.
"""

from .curves import save_curves
from .recipe import Recipe, mlp, recipe_for
from .saving import load_model, save_history, save_model
from .train import Epoch, Score, cosine, evaluate, train

__all__ = [
    "Epoch",
    "Recipe",
    "Score",
    "cosine",
    "evaluate",
    "load_model",
    "mlp",
    "recipe_for",
    "save_curves",
    "save_history",
    "save_model",
    "train",
]
