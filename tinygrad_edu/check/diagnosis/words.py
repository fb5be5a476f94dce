"""What each mistake is called, in both languages, and the formula that is right.

`{p}` are the parameters concerned, `{x}` the detail (a factor, an axis, an exception), `{l}` the
layer, `{l_of}` the same in the genitive; in a formula `{dW}` and `{dA}` are the products of the
student's own convention. The sentence goes on with the smallest numbers.

"factor-2:again" is the mistake "factor-2" in other words: which ones are true depends on forward.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["MISTAKES", "Words"]


class Words(NamedTuple):
    """What is wrong, in English and in Russian, and the right formula (with words: in each)."""

    en: str
    ru: str
    formula: str = ""
    formula_ru: str = ""  # where it is not the same

    def says(self, lang: str) -> str:
        """What is wrong."""
        return self.ru if lang == "ru" else self.en

    def right(self, lang: str) -> str:
        """The formula."""
        return self.formula_ru if lang == "ru" and self.formula_ru else self.formula


MISTAKES: dict[str, Words] = {
    "bias-not-summed": Words(
        "the bias gradient {p} is not summed over the batch: one bias serves all examples, so "
        "their gradients add up",
        "градиент смещения {p} не просуммирован по батчу: одно смещение служит всем примерам, "
        "и их градиенты складываются",
        "∂L/∂b = Σₙ δₙ, over the examples n",
        "∂L/∂b = Σₙ δₙ, по примерам n",
    ),
    "missing-sum": Words(
        "a sum is missing in {p}: axis {x} of the result is left over",
        "в {p} не хватает суммы: осталась лишняя ось {x}",
        "∂L/∂W = {dW}: the matrix product adds up the examples",
        "∂L/∂W = {dW}: матричное произведение складывает примеры",
    ),
    "wrong-sum-axis": Words(
        "{p} is summed over the wrong axis: over the units, or everything, not the batch alone",
        "{p} просуммирован не по той оси: по нейронам или по всему, а не только по батчу",
        "∂L/∂b = Σₙ δₙ, one number for each unit",
        "∂L/∂b = Σₙ δₙ, по одному числу на нейрон",
    ),
    "sum-for-mean": Words(
        "{p} is {x} times too large: forward takes a mean, and backward sums",
        "{p} больше верного в {x} раз: forward усредняет, а backward суммирует",
        "L = 1/{n} Σ Lₙ  ⇒  ∂L/∂W = 1/{n} Σ ∂Lₙ/∂W",
    ),
    "sum-for-mean:again": Words(
        "{p} is {x} times too large: forward does not multiply by that number",
        "{p} больше верного в {x} раз: forward на это число не умножает",
        "L = Σₙ Lₙ  ⇒  ∂L/∂W = Σₙ ∂Lₙ/∂W",
    ),
    "mean-for-sum": Words(
        "{p} is {x} of what it must be: backward takes a mean, and forward a sum",
        "{p} составляет {x} от верного: backward усредняет, а forward суммирует",
        "L = Σₙ Lₙ  ⇒  ∂L/∂W = Σₙ ∂Lₙ/∂W",
    ),
    "mean-for-sum:again": Words(
        "{p} is {x} of what it must be: backward divides once more than forward does",
        "{p} составляет {x} от верного: backward делит на один раз больше, чем forward",
        "L = 1/N Σₙ Lₙ  ⇒  ∂L/∂W = 1/N Σₙ ∂Lₙ/∂W: divided once, at δ or at ∂L/∂W",
        "L = 1/N Σₙ Lₙ  ⇒  ∂L/∂W = 1/N Σₙ ∂Lₙ/∂W: делить один раз, у δ или у ∂L/∂W",
    ),
    "factor-2": Words(
        "{p} is twice what it must be: the 2 of the square's derivative is cancelled by the ½ in "
        "front of the loss",
        "{p} вдвое больше верного: двойка от производной квадрата сокращается с ½ перед функцией "
        "потерь",
        "L = ½ Σ (ŷ − y)²  ⇒  ∂L/∂ŷ = ŷ − y",
    ),
    "factor-2:again": Words(
        "{p} is twice what it must be: the square's derivative brings one 2, not two",
        "{p} вдвое больше верного: производная квадрата даёт одну двойку, а не две",
        "L = Σ (ŷ − y)²  ⇒  ∂L/∂ŷ = 2 (ŷ − y)",
    ),
    "factor-half": Words(
        "{p} is half of what it must be: the 2 of the square's derivative is missing, and forward "
        "has no ½ that cancels it",
        "{p} вдвое меньше верного: потеряна двойка от производной квадрата, а ½, с которой она "
        "сократилась бы, в forward нет",
        "L = Σ (ŷ − y)²  ⇒  ∂L/∂ŷ = 2 (ŷ − y)",
    ),
    "factor-half:again": Words(
        "{p} is half of what it must be: the ½ in front of the loss is cancelled already by the "
        "2 of the square's derivative",
        "{p} вдвое меньше верного: ½ перед функцией потерь уже сократилась с двойкой от "
        "производной квадрата",
        "L = ½ Σ (ŷ − y)²  ⇒  ∂L/∂ŷ = ŷ − y",
    ),
    "wrong-factor": Words(
        "{p} is {x} times what it must be",
        "{p} отличается от верного множителем {x}",
        "L = c Σₙ Lₙ  ⇒  ∂L/∂W = c Σₙ ∂Lₙ/∂W",
    ),
    "sign": Words(
        "{p} has the wrong sign, as if the error were y − ŷ: it is ŷ − y",
        "у {p} неверный знак, словно ошибка — это y − ŷ: верно ŷ − y",
        "L = ½ (ŷ − y)²  ⇒  ∂L/∂ŷ = ŷ − y",
    ),
    "sign:below": Words(
        "{p} has the wrong sign, and the other gradients have the right one: a minus crept in on "
        "the way down",
        "у {p} неверный знак, а у остальных градиентов верный: по пути вниз появился лишний минус",
        "∂L/∂A = {dA}, ∂L/∂W = {dW}",
    ),
    "transposed": Words(
        "{p} has the right numbers, but the matrix is transposed",
        "в {p} верные числа, но матрица транспонирована",
        "∂L/∂W = {dW}",
    ),
    "transposed:below": Words(
        "in {l} the gradient goes down through W the wrong way round, not transposed as it must be",
        "в {l} градиент идёт вниз через W, которая транспонирована не так",
        "∂L/∂A = {dA}",
    ),
    "shape": Words(
        "{p} has the right numbers in a wrong shape: an update would change the parameter's shape",
        "в {p} верные числа, но форма не та: обновление изменило бы форму параметра",
        "∂L/∂W has the shape of W",
        "форма ∂L/∂W — это форма W",
    ),
    "missing-gradient": Words(
        "no gradient was returned for {p}",
        "градиент {p} не возвращён",
        "one gradient for every parameter",
        "по одному градиенту на каждый параметр",
    ),
    "zero-gradient": Words(
        "{p} is zero everywhere, though the loss depends on the parameter",
        "{p} всюду равен нулю, хотя функция потерь от параметра зависит",
        "∂L/∂W = {dW}, ∂L/∂b = Σₙ δₙ",
    ),
    "no-penalty": Words(
        "{p} lacks the gradient of the L2 penalty, {x} times the parameter",
        "в {p} нет градиента штрафа L2: параметра, умноженного на {x}",
        "L = L₀ + λ/2 Σ w²  ⇒  ∂L/∂w = ∂L₀/∂w + λ w",
    ),
    "no-derivative": Words(
        "the derivative of the activation is forgotten in {l}",
        "в {l} забыта производная функции активации",
        "δ = ∂L/∂A ⊙ f′(Z)",
    ),
    "wrong-layer-derivative": Words(
        "the derivative of the activation in {l} is taken at another layer's values",
        "производная активации в {l} взята от значений другого слоя",
        "δ_l = ∂L/∂A_l ⊙ f′(Z_l), both of the same layer",
        "δ_l = ∂L/∂A_l ⊙ f′(Z_l), обе величины одного слоя",
    ),
    "derivative-at-a": Words(
        "in {l} f′ is taken at the activated value a, not at z",
        "в {l} f′ взята от активированного значения a, а не от z",
        "δ = ∂L/∂A ⊙ f′(Z);   σ′(z) = a (1 − a), tanh′(z) = 1 − a²",
    ),
    "a-formula-at-z": Words(
        "in {l} the formula for the activated value, a(1 − a) or 1 − a², is given z",
        "в {l} в формулу для активированного значения, a(1 − a) или 1 − a², подставлено z",
        "σ′(z) = a (1 − a), tanh′(z) = 1 − a², a = f(z)",
    ),
    "extra-derivative": Words(
        "the output's δ is multiplied by a derivative once too often",
        "в выходном слое δ лишний раз умножена на производную",
        "softmax or sigmoid with cross-entropy, or a linear output with ½ Σ (ŷ − y)²:  δ = ŷ − y",
        "softmax или сигмоида с кросс-энтропией, или линейный выход с ½ Σ (ŷ − y)²:  δ = ŷ − y",
    ),
    "softmax-diagonal": Words(
        "softmax's Jacobian is taken as diagonal, but every output depends on every z",
        "якобиан softmax взят диагональным, а каждый выход зависит от всех z",
        "∂s/∂z = diag(s) − s sᵀ;   δ = s ⊙ (g − Σₖ gₖ sₖ)",
    ),
    "softmax-axis": Words(
        "softmax sums along the wrong axis: over the examples, not the classes",
        "softmax суммирует не по той оси: по примерам, а не по классам",
        "s = exp z / Σₖ exp zₖ, k over the classes of one example",
        "s = exp z / Σₖ exp zₖ, k — классы одного примера",
    ),
    "assign-for-add": Words(
        "a value is used twice, and one use's gradient replaces the other's: = for += ({p})",
        "значение использовано дважды, и градиент одного использования заменил другой: = вместо "
        "+= ({p})",
        "∂L/∂w = Σ over the uses of w",
        "∂L/∂w = Σ по всем использованиям w",
    ),
    "z-for-a": Words(
        "{p} is computed with z of the layer below, before its activation, in the place of a",
        "{p} вычислен с z предыдущего слоя, до активации, вместо a",
        "∂L/∂W = {dW}, A = f(Z) of the layer below",
        "∂L/∂W = {dW}, A = f(Z) предыдущего слоя",
    ),
    "weights-updated-too-early": Words(
        "the gradient goes down through weights of {l} that are updated already, with η = {x}",
        "градиент идёт вниз через веса {l_of}, которые уже обновлены, с η = {x}",
        "∂L/∂A = {dA} with the W of the forward pass; all updates come after all gradients",
        "∂L/∂A = {dA}, W — из прямого прохода; все обновления после всех градиентов",
    ),
    "stale-weights": Words(
        "backward reads values of an earlier call: after an update its weights are stale",
        "backward читает значения прошлого вызова: после обновления веса у него устаревшие",
        "∂L/∂A = {dA} with the W of this forward pass",
        "∂L/∂A = {dA}, W — из этого прямого прохода",
    ),
    "relu-at-zero": Words(
        "the slope relu′(0) is taken as {x}; the course, PyTorch and this library take 0 (any "
        "slope from 0 to 1 is a subgradient)",
        "производная relu′(0) взята равной {x}; в курсе, PyTorch и этой библиотеке она 0 "
        "(субградиент — любой наклон от 0 до 1)",
        "relu′(z) = 1 if z > 0, else 0",
        "relu′(z) = 1 при z > 0, иначе 0",
    ),
    "in-place": Words(
        "backward changes its inputs: {p}",
        "backward меняет свои входы: {p}",
        "copy before writing: W = W − η·dW, not W −= η·dW, and outside of backward",
        "не писать в чужой массив: W = W − η·dW, а не W −= η·dW, и вне backward",
    ),
    "exception": Words(
        "backward fails: {x}",
        "backward завершается ошибкой: {x}",
        "∂L/∂W = {dW}, ∂L/∂A = {dA}",
    ),
    "bad-answer": Words(
        "what backward returned cannot be read: {x}",
        "то, что вернул backward, не прочитать: {x}",
        "return {{name: gradient}}, or the gradients in the order of the parameters",
        "вернуть {{имя: градиент}} или градиенты в порядке параметров",
    ),
    "not-finite": Words(
        "{p} contains NaN or infinity where the loss is finite",
        "в {p} есть NaN или бесконечность, хотя потери конечны",
        "δ = ŷ − y needs no division by ŷ",
        "δ = ŷ − y: делить на ŷ не нужно",
    ),
    "unknown": Words(
        "backward is wrong, and no known mistake fits; the first wrong gradient, counted from the "
        "output, is {p}",
        "backward неверен, и ни одна известная ошибка не подходит; первый неверный градиент, "
        "считая от выхода, — {p}",
    ),
}
"""Name → words; two names for one mistake differ after the colon."""
