"""The sentences of sections 1 to 3: English, Russian."""

from __future__ import annotations

__all__ = ["THEORY"]

THEORY: dict[str, tuple[str, str]] = {
    # 1 introduction
    "h introduction": ("1. Introduction", "1. Введение"),
    "aim": (
        "The aim is to understand how backpropagation works, to write it by hand and with a "
        "library, and to measure what the choice of an optimization method does to the training of "
        "a network.",
        "Цель работы — понять, как устроено обратное распространение ошибки, реализовать его "
        "вручную и с помощью библиотеки и измерить, как выбор метода оптимизации влияет на "
        "обучение сети.",
    ),
    "backprop": (
        "Backpropagation finds the slope of the loss with respect to every weight in one pass from "
        "the output back: each node multiplies the gradient that arrives by its own local slope. "
        "That costs about as much as two forward passes, however many weights there are; a "
        "numerical derivative would need a forward pass for each weight. An optimizer then turns "
        "the gradient into a step.",
        "Обратное распространение находит производную функции потерь по каждому весу за один "
        "проход от выхода ко входу: каждый узел умножает пришедший градиент на свою локальную "
        "производную. Это стоит примерно двух прямых проходов, сколько бы ни было весов; численной "
        "производной понадобился бы прямой проход на каждый вес. Оптимизатор превращает градиент в "
        "шаг.",
    ),
    "methods": (
        "An optimization method is a rule that makes the step.",
        "Метод оптимизации — это правило, по которому делается шаг.",
    ),
    "method sgd": (
        "SGD goes straight against the gradient of one batch, η times its length.",
        "SGD идёт прямо против градиента одного пакета, на η его длин.",
    ),
    "method momentum": (
        "Momentum adds up past gradients with fading weight, so that steps in one direction grow "
        "and those to and fro cancel.",
        "Momentum складывает прошлые градиенты с убывающим весом: шаги в одну сторону растут, "
        "шаги туда и обратно гасят друг друга.",
    ),
    "method nesterov": (
        "Nesterov is Momentum that looks one step ahead.",
        "Nesterov — это Momentum, который смотрит на шаг вперёд.",
    ),
    "method rmsprop": (
        "RMSprop divides each weight's step by the recent size of its gradient.",
        "RMSprop делит шаг каждого веса на недавнюю величину его градиента.",
    ),
    "method adagrad": (
        "Adagrad divides each weight's step by the size of all its gradients so far.",
        "Adagrad делит шаг каждого веса на величину всех его прошлых градиентов.",
    ),
    "method adam": (
        "Adam does both: it averages the gradients and divides by their size.",
        "Adam делает и то и другое: усредняет градиенты и делит на их величину.",
    ),
    "method adamw": (
        "AdamW is Adam with weights that shrink by themselves, apart from the gradient.",
        "AdamW — это Adam, в котором веса убывают сами, отдельно от градиента.",
    ),
    "study": (
        "What was run: {runs} trainings of networks with {layers} hidden units ({parameters} "
        "parameters) on {data}, {epochs} epochs each: optimizers {optimizers}; learning rates η "
        "{rates}; batch sizes B {sizes}; seeds {seeds}. Tested on {test} pictures that nothing was "
        "learned from.",
        "Что запускалось: {runs} обучений сетей со скрытыми слоями {layers} (параметров: "
        "{parameters}) на наборе {data}, по {epochs} эпох; оптимизаторы {optimizers}; скорости "
        "обучения η {rates}; размеры пакета B {sizes}; зёрна {seeds}. Проверка — на {test} "
        "картинках, на которых ничему не учились.",
    ),
    "partial": (
        "The study is not finished: {done} of {all} trainings are here. Everything below speaks of "
        "these alone.",
        "Исследование не закончено: здесь {done} обучений из {all}. Всё дальнейшее — только о них.",
    ),
    # 2 by hand
    "h hand": ("2. The network by hand", "2. Ручная реализация"),
    "hand": (
        "One hidden layer and two outputs, all with the sigmoid, squared loss, NumPy alone. It "
        "learns to add two bits: the outputs are XOR and AND. Four hidden units, η = {lr}, "
        "{iterations} iterations on all four examples.",
        "Один скрытый слой и два выхода, всюду сигмоида, квадратичная функция потерь, только "
        "NumPy. Сеть учится складывать два бита: выходы — XOR и AND. Четыре скрытых нейрона, "
        "η = {lr}, {iterations} итераций на всех четырёх примерах.",
    ),
    "f forward": ("Forward", "Прямой проход"),
    "f loss": ("Loss", "Функция потерь"),
    "f output": ("At the outputs", "На выходном слое"),
    "f hidden": ("At the hidden layer", "На скрытом слое"),
    "f update": ("Update", "Обновление"),
    "hand result": (
        "The error fell from {first} to {last}. The gradients by hand differ from the engine's by "
        "{difference} at most.",
        "Ошибка упала с {first} до {last}. Градиенты, выведенные вручную, отличаются от градиентов "
        "библиотеки не более чем на {difference}.",
    ),
    "c error": (
        "The error at every iteration (logarithmic scale).",
        "Ошибка на каждой итерации (логарифмическая шкала).",
    ),
    "h example": ("The worked example", "Разобранный пример"),
    "example": (
        "One input, one hidden unit, one output: x = 0.5, y = 1, w = 0.4, η = 0.1, and v = 0.5, "
        "which the sheet leaves open. Since o = h·v passes through no function, f′(o) in the "
        "sheet's formula (21) is 1; its formula (23) must have the factor v.",
        "Один вход, один скрытый нейрон, один выход: x = 0,5, y = 1, w = 0,4, η = 0,1 и v = 0,5 "
        "(в задании v не дано). Выход o = h·v не проходит через функцию активации, поэтому f′(o) в "
        "формуле (21) равна 1, а в формуле (23) нужен множитель v.",
    ),
    "c example": ("One step of the example", "Один шаг примера"),
    "quantity": ("Quantity", "Величина"),
    "value": ("Value", "Значение"),
    "h vanish": ("Vanishing gradients", "Затухание градиентов"),
    "vanish": (
        "The limit of the method: a gradient that goes back through a sigmoid is multiplied by ¼ "
        "at most. In an untrained network of {depth} hidden layers the first layer's gradient is "
        "{sigmoid} times as long as the last one's with the sigmoid, and {relu} times with ReLU. "
        "So deep networks use ReLU, careful first weights, and optimizers that fit the step to the "
        "size of the gradients.",
        "Ограничение метода: проходя назад через сигмоиду, градиент умножается не более чем на ¼. "
        "В необученной сети с {depth} скрытыми слоями длина градиента первого слоя составляет от "
        "длины градиента последнего {sigmoid} для сигмоиды и {relu} для ReLU. Поэтому в глубоких "
        "сетях берут ReLU, продуманные начальные веса и оптимизаторы, которые подгоняют шаг под "
        "величину градиентов.",
    ),
    "c vanish": (
        "Length of the weight gradients of an untrained network, by layer (logarithmic scale).",
        "Длина градиентов весов необученной сети по слоям (логарифмическая шкала).",
    ),
    # 3 optimizers
    "h optimizers": ("3. Optimization methods", "3. Методы оптимизации"),
    "rules": (
        "The rules as they were computed; g is the gradient of the mean loss over the batch.",
        "Правила в том виде, в каком они вычислялись; g — градиент средней по пакету функции "
        "потерь.",
    ),
    "differs": ("Beside the sheet's formulas:", "В сравнении с формулами задания:"),
    "differs momentum": (
        "Momentum multiplies by η at the end, not inside v; with a constant η the steps are the "
        "same.",
        "Momentum умножает на η в конце, а не внутри v; при постоянной η шаги те же.",
    ),
    "differs rmsprop": (
        "RMSprop adds ε after the square root.",
        "RMSprop прибавляет ε после извлечения корня.",
    ),
    "differs adam": (
        "Adam corrects its averages for their start at zero; the sheet's rule lacks this, and its "
        "first steps are about three times as long.",
        "Adam поправляет средние на их нулевое начало; в формуле задания этого нет, и её первые "
        "шаги примерно втрое длиннее.",
    ),
    "c settings": ("Settings of the methods", "Настройки методов"),
    "c curves": (
        "{name}: loss (logarithmic scale) and accuracy on train (solid) and test (dashed), for "
        "each η at the batch size that suits it best.",
        "{name}: потери (логарифмическая шкала) и точность на обучении (сплошная) и тесте "
        "(пунктир) для каждой η при лучшем для неё размере пакета.",
    ),
}
