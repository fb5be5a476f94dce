"""What each mistake is called, in both languages, and the formula that is right.

`{p}` are the parameters concerned, `{x}` the detail (a factor, an axis, an exception), `{l}` the
layer. The sentence goes on with the smallest numbers.
"""

from __future__ import annotations

from ...errors import ArgumentError

__all__ = ["MISTAKES", "PHRASES", "phrases_in"]

MISTAKES: dict[str, tuple[str, str, str]] = {
    "bias-not-summed": (
        "the bias gradient {p} is not summed over the batch: one bias serves all examples, so "
        "their gradients add up",
        "градиент смещения {p} не просуммирован по батчу: одно смещение служит всем примерам, "
        "и их градиенты складываются",
        "∂L/∂b = Σₙ δₙ   (δ.sum(axis of the batch))",
    ),
    "missing-sum": (
        "a sum is missing in {p}: axis {x} of the result is left over",
        "в {p} не хватает суммы: осталась лишняя ось {x}",
        "∂L/∂W = Σₙ aₙ δₙᵀ = Aᵀ δ",
    ),
    "wrong-sum-axis": (
        "{p} is summed over the wrong axis: over the units, or everything, not the batch alone",
        "{p} просуммирован не по той оси: по нейронам или по всему, а не только по батчу",
        "∂L/∂b = Σₙ δₙ   (one number for each unit)",
    ),
    "sum-for-mean": (
        "{p} is {x} times too large: forward takes a mean, and backward sums",
        "{p} больше верного в {x} раз: forward усредняет, а backward суммирует",
        "L = 1/N Σₙ Lₙ  ⇒  ∂L/∂W = 1/N Σₙ ∂Lₙ/∂W",
    ),
    "mean-for-sum": (
        "{p} is {x} of what it must be: backward divides by a number that forward does not "
        "divide by, or divides once too often",
        "{p} составляет {x} от верного: backward делит на число, на которое forward не делит, "
        "или делит лишний раз",
        "L = Σₙ Lₙ  ⇒  ∂L/∂W = Σₙ ∂Lₙ/∂W",
    ),
    "factor-2": (
        "{p} is twice what it must be: the 2 of the square's derivative is cancelled by the ½ in "
        "front of the loss",
        "{p} вдвое больше верного: двойка от производной квадрата сокращается с ½ перед функцией "
        "потерь",
        "L = ½ Σ (ŷ − y)²  ⇒  ∂L/∂ŷ = ŷ − y",
    ),
    "factor-half": (
        "{p} is half of what it must be: the square's derivative has a 2, which forward cancels "
        "with no ½",
        "{p} вдвое меньше верного: у производной квадрата есть двойка, и в forward нет ½, чтобы "
        "её сократить",
        "L = Σ (ŷ − y)²  ⇒  ∂L/∂ŷ = 2 (ŷ − y)",
    ),
    "wrong-factor": (
        "{p} is {x} times what it must be",
        "{p} отличается от верного множителем {x}",
        "∂L/∂W keeps every factor that stands in front of the sum in L",
    ),
    "sign": (
        "{p} has the wrong sign: the error is ŷ − y, not y − ŷ",
        "у {p} неверный знак: ошибка — это ŷ − y, а не y − ŷ",
        "L = ½ (ŷ − y)²  ⇒  ∂L/∂ŷ = ŷ − y",
    ),
    "transposed": (
        "a matrix is transposed on the way to {p}",
        "на пути к {p} матрица транспонирована не так",
        "rows: ∂L/∂W = Aᵀ δ, ∂L/∂A = δ Wᵀ;   columns: ∂L/∂W = δ Aᵀ, ∂L/∂A = Wᵀ δ",
    ),
    "shape": (
        "{p} has the right numbers in the wrong shape {x}: an update would change the "
        "parameter's shape",
        "в {p} верные числа, но форма {x}: обновление изменило бы форму параметра",
        "∂L/∂W has the shape of W",
    ),
    "missing-gradient": (
        "no gradient was returned for {p}",
        "градиент {p} не возвращён",
        "one gradient for every parameter",
    ),
    "zero-gradient": (
        "{p} is zero everywhere, though the loss depends on the parameter",
        "{p} всюду равен нулю, хотя функция потерь от параметра зависит",
        "∂L/∂W = Aᵀ δ",
    ),
    "no-penalty": (
        "{p} lacks the gradient of the L2 penalty, {x} times the parameter",
        "в {p} нет градиента штрафа L2: параметра, умноженного на {x}",
        "L = L₀ + λ/2 Σ w²  ⇒  ∂L/∂w = ∂L₀/∂w + λ w",
    ),
    "no-derivative": (
        "the derivative of the activation is forgotten in layer {l}",
        "в слое {l} забыта производная функции активации",
        "δ = ∂L/∂A ⊙ f′(Z)",
    ),
    "wrong-layer-derivative": (
        "the derivative of the activation in layer {l} is taken at another layer's values",
        "производная активации в слое {l} взята от значений другого слоя",
        "δ_l = ∂L/∂A_l ⊙ f′(Z_l), both of the same layer",
    ),
    "derivative-at-a": (
        "in layer {l} f′ is taken at the activated value a, not at z",
        "в слое {l} f′ взята от активированного значения a, а не от z",
        "δ = ∂L/∂A ⊙ f′(Z);   for the sigmoid f′(z) = a (1 − a)",
    ),
    "a-formula-at-z": (
        "in layer {l} the formula for the activated value, a(1 − a) or 1 − a², is given z",
        "в слое {l} в формулу для активированного значения, a(1 − a) или 1 − a², подставлено z",
        "σ′(z) = a (1 − a), tanh′(z) = 1 − a², with a = f(z)",
    ),
    "extra-derivative": (
        "the output's δ is multiplied by a derivative once too often",
        "δ выходного слоя лишний раз умножена на производную",
        "softmax or sigmoid with cross-entropy, or a linear output with ½Σ(ŷ−y)²:  δ = ŷ − y",
    ),
    "softmax-diagonal": (
        "softmax's Jacobian is taken as diagonal: every output depends on every z",
        "якобиан softmax взят диагональным: каждый выход зависит от всех z",
        "∂s/∂z = diag(s) − s sᵀ;   δ = s ⊙ (g − Σₖ gₖ sₖ)",
    ),
    "softmax-axis": (
        "softmax sums along the wrong axis: over the examples, not the classes",
        "softmax суммирует не по той оси: по примерам, а не по классам",
        "s = exp z / Σₖ exp zₖ, k over the classes of one example",
    ),
    "assign-for-add": (
        "a value is used twice, and one use's gradient replaces the other's: = for += ({p})",
        "значение использовано дважды, и градиент одного использования заменил другой: = вместо "
        "+= ({p})",
        "∂L/∂w = Σ over the uses of w",
    ),
    "z-for-a": (
        "{p} is computed with z of the layer below, before its activation, in the place of a",
        "{p} вычислен с z предыдущего слоя, до активации, вместо a",
        "∂L/∂W_l = A_{l−1}ᵀ δ_l",
    ),
    "weights-updated-too-early": (
        "the gradient goes down through weights of layer {l} that are updated already, with "
        "η = {x}",
        "градиент идёт вниз через веса слоя {l}, которые уже обновлены, с η = {x}",
        "∂L/∂A = δ Wᵀ with the W of the forward pass; all updates come after all gradients",
    ),
    "stale-weights": (
        "backward reads values of an earlier call: after an update its weights are stale",
        "backward читает значения прошлого вызова: после обновления веса у него устаревшие",
        "∂L/∂A = δ Wᵀ with the W of this forward pass",
    ),
    "relu-at-zero": (
        "the slope relu′(0) is taken as {x}; the course, PyTorch and this library take 0 (any "
        "slope from 0 "
        "to 1 is a subgradient)",
        "производная relu′(0) взята равной {x}; в курсе, PyTorch и этой библиотеке она 0 "
        "(субградиент — любой "
        "наклон от 0 до 1)",
        "relu′(z) = 1 if z > 0, else 0",
    ),
    "in-place": (
        "backward changes its inputs: {p}",
        "backward меняет свои входы: {p}",
        "copy before writing: W = W − η·dW, not W −= η·dW, and outside of backward",
    ),
    "exception": (
        "backward fails: {x}",
        "backward завершается ошибкой: {x}",
        "rows: ∂L/∂W = Aᵀ δ, ∂L/∂A = δ Wᵀ;   columns: ∂L/∂W = δ Aᵀ, ∂L/∂A = Wᵀ δ",
    ),
    "bad-answer": (
        "what backward returned cannot be read: {x}",
        "то, что вернул backward, не прочитать: {x}",
        "return {name: gradient}, or the gradients in the order of the parameters",
    ),
    "not-finite": (
        "{p} contains NaN or infinity where the loss is finite",
        "в {p} есть NaN или бесконечность, хотя потери конечны",
        "δ = ŷ − y needs no division by ŷ",
    ),
    "unknown": (
        "backward is wrong, and no known mistake fits; the first wrong gradient, counted from the "
        "output, is {p}",
        "backward неверен, и ни одна известная ошибка не подходит; первый неверный градиент, "
        "считая от выхода, — {p}",
        "",
    ),
}
"""Name → what is wrong, in English and in Russian, and the right formula."""

PHRASES: dict[str, dict[str, str]] = {
    "en": {
        "right": "backward is right: all {n} gradients agree with the slopes of forward",
        "example": "{p}[{at}] must be {want}, and backward gives {got}",
        "shapes": "{p} must be {want}, and backward gives {got}",
        "with": "With {inputs}: ",
        "and": "; and ",
        "also": "The same numbers follow from: ",
        "formula": "Right",
        "partly": "Not all is explained: {p} is wrong in a way that no known mistake fits",
        "all": "every gradient",
        "hidden": "(every hidden one)",
        "earlier": "a call after another one",
    },
    "ru": {
        "right": "backward верен: все градиенты ({n}) совпадают с наклонами forward",
        "example": "{p}[{at}] должно быть {want}, а backward даёт {got}",
        "shapes": "{p} должно быть {want}, а backward даёт {got}",
        "with": "При {inputs}: ",
        "and": "; и ",
        "also": "Те же числа дают: ",
        "formula": "Верно",
        "partly": "Объяснено не всё: {p} неверен так, что ни одна известная ошибка не подходит",
        "all": "каждый градиент",
        "hidden": "(каждом скрытом)",
        "earlier": "второй вызов после первого",
    },
}


def phrases_in(lang: str) -> dict[str, str]:
    """The sentences of one language."""
    if lang not in PHRASES:
        raise ArgumentError(f"lang={lang!r} is not spoken here. Use one of {', '.join(PHRASES)}.")
    return PHRASES[lang]
