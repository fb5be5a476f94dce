"""Every sentence of the report: English, Russian."""

from __future__ import annotations

__all__ = ["SENTENCES"]

SENTENCES: dict[str, tuple[str, str]] = {
    "title": (
        "Practical work 2: backpropagation and optimization methods",
        "Практическая работа № 2: обратное распространение ошибки и методы оптимизации",
    ),
    # single words
    "loss": ("loss", "потери"),
    "accuracy": ("accuracy", "точность"),
    "epoch": ("epoch", "эпоха"),
    "test": ("test", "тест"),
    "batch": ("batch size", "размер пакета"),
    "diverged": ("diverged", "разошлось"),
    "layer": ("layer, from the input on", "слой, считая от входа"),
    "iteration": ("iteration", "итерация"),
    "hidden": ("hidden layers", "скрытые слои"),
    "activation": ("activation", "активация"),
    "init": ("first weights", "начальные веса"),
    "weight_decay": ("L2", "L2"),
    "dropout": ("dropout", "dropout"),
    "seed": ("seed", "зерно"),
    "optimizer": ("Optimizer", "Оптимизатор"),
    "setting": ("Best setting", "Лучшая настройка"),
    "options": ("Settings", "Настройки"),
    "time": ("Time, s", "Время, с"),
    "final": ("Final accuracy, %", "Итоговая точность, %"),
    "best": ("Best epoch, %", "Лучшая эпоха, %"),
    "best setting": ("Best setting, %", "Лучшая настройка, %"),
    "median": ("Median of all settings, %", "Медиана по настройкам, %"),
    "spread": ("Spread over seeds", "Разброс по зёрнам"),
    "runs": ("Runs", "Запусков"),
    "outcome": ("Stability", "Стабильность"),
    "stability": ("Stability", "Стабильность"),
    "roughness": ("ρ", "ρ"),
    "to goal": ("Epochs to {goal} %", "Эпох до {goal} %"),
    "error title": ("Error L at every iteration", "Ошибка L на каждой итерации"),
    "gradient title": ("Length of ∂L/∂W, by layer", "Длина ∂L/∂W по слоям"),
    # the sheet's words
    "poor": ("poor", "плохая"),
    "oscillates": ("oscillates", "колебания"),
    "good": ("good", "хорошая"),
    "excellent": ("excellent", "отличная"),
    "very fast": ("very fast", "очень быстрое"),
    "fast": ("fast", "быстрое"),
    "medium": ("medium", "среднее"),
    "slow": ("slow", "долгое"),
    "smoothest": ("best", "лучшая"),
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
    "rule differences": (
        "Two differences from the sheet: Adam here corrects its averages for their start at zero "
        "(the sheet's rule lacks this, and its first steps are about three times as long); RMSprop "
        "adds ε after the square root.",
        "Два отличия от задания: Adam здесь поправляет средние на их нулевое начало (в формуле "
        "задания этого нет, и её первые шаги примерно втрое длиннее); RMSprop прибавляет ε после "
        "извлечения корня.",
    ),
    "c settings": ("Settings of the methods", "Настройки методов"),
    "c curves": (
        "{name}: loss (logarithmic scale) and accuracy on train (solid) and test (dashed), for "
        "each η at the batch size that suits it best.",
        "{name}: потери (логарифмическая шкала) и точность на обучении (сплошная) и тесте "
        "(пунктир) для каждой η при лучшем для неё размере пакета.",
    ),
    "c together": (
        "All methods on the test pictures, each at the setting that suits it best.",
        "Все методы на тестовых картинках, каждый при лучшей для него настройке.",
    ),
    # 4 experiments
    "h experiments": ("4. Experiments", "4. Эксперименты"),
    "c table 1": (
        "Table 1. Batch size: mean time of learning; median final accuracy of all settings; the "
        "best setting",
        "Таблица 1. Влияние размера пакета: среднее время обучения, медиана итоговой точности по "
        "всем настройкам, лучшая настройка",
    ),
    "c table 2": (
        "Table 2. The optimizers, each at its best setting",
        "Таблица 2. Сравнение оптимизаторов, каждый при лучшей настройке",
    ),
    "c heat": (
        "Final test accuracy, %, over learning rate η and batch size; × has diverged.",
        "Итоговая точность на тесте, %, по скорости обучения η и размеру пакета; × — разошлось.",
    ),
    "stability means": (
        "Stability is computed from the training loss after each epoch. Its roughness ρ is how "
        "much the loss climbed in all, divided by its range (0.1 at least). Poor: diverged, or "
        "fell by less than 5 % with fewer than 9 of 10 answers right; oscillates: ρ > 0.5; good: "
        "ρ > 0.2; excellent: the rest; best: the smoothest of the excellent ones. The word "
        "on time: "
        "within 5 % of the fastest is very fast, 20 % fast, 50 % medium.",
        "Стабильность вычисляется по потерям на обучении после каждой эпохи. Шероховатость ρ — на "
        "сколько потери в сумме поднимались, делённое на их размах (не менее 0,1). Плохая: "
        "обучение разошлось либо потери упали меньше чем на 5 % при менее чем 9 верных ответах из "
        "10; колебания: ρ > 0,5; хорошая: ρ > 0,2; отличная: остальные; лучшая: самая гладкая из "
        "отличных. Слово о времени: до 5 % от самого быстрого — очень быстрое, до 20 % — быстрое, "
        "до 50 % — среднее.",
    ),
    "significance": (
        "Difference from the best setting over {n} seeds (paired permutation test, exact): "
        "{name}: p = {p}. The smallest p that {n} seeds can give is {least}.",
        "Отличие от лучшей настройки по {n} зёрнам (парный перестановочный тест, точный): {name}: "
        "p = {p}. Наименьшее p, возможное при {n} зёрнах, — {least}.",
    ),
    "one seed": (
        "Each setting was trained with one seed, so chance cannot be told from merit by "
        "repetition; "
        "several seeds (--seed 0,1,2,3,4) would show the spread.",
        "Каждая настройка обучалась с одним зерном, поэтому случайность нельзя отделить от заслуги "
        "повторением; несколько зёрен (--seed 0,1,2,3,4) показали бы разброс.",
    ),
    # findings
    "h findings": ("Problems, and what helps", "Проблемы и их решения"),
    "no findings": (
        "No training diverged, oscillated, stood still or learned by heart.",
        "Ни одно обучение не разошлось, не колебалось, не стояло на месте и не заучило ответы.",
    ),
    "divergence": (
        "Diverged: {setting}: after {epochs} whole epochs the loss was no number. A smaller "
        "η helps.",
        "Разошлось: {setting}: после {epochs} полных эпох потери перестали быть числом. Помогает "
        "меньшая η.",
    ),
    "plateau": (
        "Plateau: {setting}: the training loss stayed at {loss}. The steps are too small to get "
        "away, or so large that the units died.",
        "Плато: {setting}: потери на обучении остались {loss}. Шаги слишком малы или так "
        "велики, что "
        "нейроны «умерли».",
    ),
    "oscillation": (
        "Saw-tooth: {setting}: ρ = {roughness}. The learning rate is too high.",
        "Пилообразные потери: {setting}: ρ = {roughness}. Скорость обучения слишком велика.",
    ),
    "overfitting": (
        "Overfitting: {setting}: {train} % on train, {test} % on test; the test loss is "
        "{loss}, its "
        "lowest was {lowest}. Dropout, L2, or fewer epochs help.",
        "Переобучение: {setting}: {train} % на обучении, {test} % на тесте; потери на тесте "
        "{loss}, "
        "наименьшие были {lowest}. Помогают Dropout, L2 или меньше эпох.",
    ),
    "more": ("… and {n} more of this kind.", "… и ещё {n} таких же."),
    # 5 conclusion
    "h conclusion": ("5. Conclusion", "5. Заключение"),
    "recommend best": (
        "The best final accuracy, {accuracy} %, was reached with {setting}.",
        "Лучшая итоговая точность, {accuracy} %, получена с настройкой {setting}.",
    ),
    "recommend chosen": (
        "On {n} test pictures, accuracies closer than {margin} percentage points cannot be told "
        "apart; {count} settings are that close to the best. Recommended is the one of them that "
        "learned in the least time: {setting}: {accuracy} % in {seconds} s.",
        "На {n} тестовых картинках точности, различающиеся менее чем на {margin} процентного "
        "пункта, неразличимы; так близки к лучшей настроек: {count}. Рекомендуется та из них, что "
        "обучилась быстрее всех: {setting}: {accuracy} % за {seconds} с.",
    ),
    "recommend forgiving": (
        "The least sensitive to its settings was {name}: the median over all of them is "
        "{median} %. "
        "In order: {order}.",
        "Наименее чувствителен к настройкам {name}: медиана по всем настройкам {median} %. По "
        "порядку: {order}.",
    ),
    "recommend rates": ("The best learning rates: {rates}.", "Лучшие скорости обучения: {rates}."),
    "h repeat": ("How to repeat this", "Как это повторить"),
    "repeat": (
        "The same command on the same versions gives the same curves, bit for bit; only the times "
        "differ.",
        "Та же команда с теми же версиями даёт те же кривые, бит в бит; отличаются только времена.",
    ),
    "machine": (
        "{processor}, {cores} cores; {system}; Python {python}, NumPy {numpy}, tinygrad_edu "
        "{version}. Each training ran in a process with one thread.",
        "{processor}, ядер: {cores}; {system}; Python {python}, NumPy {numpy}, tinygrad_edu "
        "{version}. Каждое обучение — в процессе с одним потоком.",
    ),
    "h all": ("Appendix: all settings", "Приложение: все настройки"),
    "c all": ("Every setting", "Все настройки"),
}
