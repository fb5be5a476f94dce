"""The sentences of what was measured and follows from it: English, Russian."""

from __future__ import annotations

__all__ = ["RESULTS"]

RESULTS: dict[str, tuple[str, str]] = {
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
    "c together": (
        "All methods on the test pictures, each at the setting that suits it best.",
        "Все методы на тестовых картинках, каждый при лучшей для него настройке.",
    ),
    "c axis": (
        "{axis}: mean time of learning; median final accuracy of all settings; the best setting",
        "{axis}: среднее время обучения, медиана итоговой точности по всем настройкам, лучшая "
        "настройка",
    ),
    "c heat": (
        "Final test accuracy, %, over learning rate η and batch size; the colour is the share of "
        "wrong answers (logarithmic scale); × has diverged.",
        "Итоговая точность на тесте, %, по скорости обучения η и размеру пакета; цвет — доля "
        "неверных ответов (логарифмическая шкала); × — разошлось.",
    ),
    # findings
    "no findings": (
        "No training diverged, oscillated, stood still, crept or learned by heart.",
        "Ни одно обучение не разошлось, не колебалось, не стояло на месте, не ползло и не "
        "заучило ответы.",
    ),
    "divergence": (
        "Diverged: {setting}: after {epochs} whole epochs the loss was no number.",
        "Разошлось: {setting}: после {epochs} полных эпох потери перестали быть числом.",
    ),
    "explosion": (
        "Diverged: {setting}: the training loss ended at {loss}, far above that of guessing.",
        "Разошлось: {setting}: потери на обучении в конце {loss} — намного больше, чем при "
        "угадывании.",
    ),
    "plateau": (
        "Plateau: {setting}: the training loss stayed at {loss}.",
        "Плато: {setting}: потери на обучении остались {loss}.",
    ),
    "oscillation": (
        "Saw-tooth: {setting}: ρ = {roughness}.",
        "Пилообразные потери: {setting}: ρ = {roughness}.",
    ),
    "slow progress": (
        "Slow: {setting}: {test} % on test, and the training loss still fell by {fall} % in the "
        "last epoch.",
        "Медленно: {setting}: {test} % на тесте, и за последнюю эпоху потери на обучении ещё "
        "упали на {fall} %.",
    ),
    "overfitting": (
        "Overfitting: {setting}: {train} % on train, {test} % on test; the test loss is {loss}, "
        "its lowest was {lowest}, after epoch {epochs}. Dropout, L2, or fewer epochs help.",
        "Переобучение: {setting}: {train} % на обучении, {test} % на тесте; потери на тесте "
        "{loss}, наименьшие были {lowest}, после эпохи {epochs}. Помогают Dropout, L2 или меньше "
        "эпох.",
    ),
    "remedy": (
        "With η = {lr} it reached {accuracy} %.",
        "При η = {lr} получено {accuracy} %.",
    ),
    "h findings": ("Problems, and what helps", "Проблемы и их решения"),
    "more": ("… and {n} more of this kind.", "… и ещё {n} таких же."),
    # 5 conclusion
    "h conclusion": ("5. Conclusion", "5. Заключение"),
    "recommend best": (
        "The best final accuracy, {accuracy} %, was reached with {setting}.",
        "Лучшая итоговая точность, {accuracy} %, получена с настройкой {setting}.",
    ),
    "recommend chosen": (
        "On {n} test pictures, accuracies closer than {margin} percentage points cannot be told "
        "apart; {count} settings are that close to the best, itself among them. Recommended is the "
        "one of them that learned in the least time: {setting}: {accuracy} % in {seconds} s.",
        "На {n} тестовых картинках точности, различающиеся менее чем на {margin} процентного "
        "пункта, неразличимы; так близки к лучшей (считая её саму) настроек: {count}. "
        "Рекомендуется та из них, что обучилась быстрее всех: {setting}: {accuracy} % за "
        "{seconds} с.",
    ),
    "recommend speed": (
        "Convergence, as epochs to {goal} % on the test at each method's best setting: {order}.",
        "Скорость сходимости — эпох до {goal} % на тесте при лучшей настройке метода: {order}.",
    ),
    "recommend forgiving": (
        "The least sensitive to its settings was {name}. The mean accuracy over all settings of "
        "each method (and that of its worst): {order}.",
        "Наименее чувствителен к настройкам {name}. Средняя точность по всем настройкам метода (в "
        "скобках — худшей): {order}.",
    ),
    "holds for": (
        "All this is measured on {data}, with the networks named in the introduction. Whether it "
        "holds for a smaller data set or a deeper network, the same command tells: --data digits, "
        "--hidden 64,64,64,64.",
        "Всё это измерено на наборе {data} и сетях, названных во введении. Верно ли это для "
        "меньшего набора данных или более глубокой сети, покажет та же команда: --data digits, "
        "--hidden 64,64,64,64.",
    ),
    "recommend rates": ("The best learning rates: {rates}.", "Лучшие скорости обучения: {rates}."),
    "h repeat": ("How to repeat this", "Как это повторить"),
    "repeat": (
        "The same command on the same versions gives the same curves, bit for bit, with any number "
        "of workers; only the times differ.",
        "Та же команда с теми же версиями даёт те же кривые, бит в бит, при любом числе рабочих "
        "процессов; отличаются только времена.",
    ),
    "repeat search": (
        "Each setting, trained again on the same versions, gives the same curves, bit for bit. "
        "Which settings a search tries is another matter: that depends on chance and on which "
        "worker ends first.",
        "Каждая настройка при повторном обучении с теми же версиями даёт те же кривые, бит в бит. "
        "Какие настройки попробует поиск — зависит от случая и от того, кто из рабочих процессов "
        "закончит первым.",
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
