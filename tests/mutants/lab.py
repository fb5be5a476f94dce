"""Mistakes in the training loop: what is averaged wrongly, forgotten on resuming, kept too long."""

from __future__ import annotations

from . import Mutant

TRAINER, STOPPING = "tests/lab/test_trainer.py", "tests/lab/test_stopping.py"
CALLBACKS, METRICS = "tests/lab/test_callbacks.py", "tests/lab/test_metrics.py"
LAB = "tinygrad_edu/lab/"

MUTANTS = [
    Mutant(
        "an epoch's loss is the mean over batches, not over examples",
        LAB + "tally.py",
        "self.total += loss * len(target)",
        "self.total += loss * self.count / max(self.count, 1) * 10",
        (TRAINER,),
    ),
    Mutant(
        "a diverged network is left as it is",
        LAB + "trainer.py",
        "            self.rewind()\n",
        "            pass\n",
        (TRAINER,),
    ),
    Mutant(
        "the callbacks' counters are not resumed",
        LAB + "resuming.py",
        "            callback.load_state_dict(saved[name])\n",
        "            pass\n",
        (STOPPING,),
    ),
    Mutant(
        "the sums of a half epoch are not resumed",
        LAB + "resuming.py",
        '        self.tally.load_state_dict(state_dict["tally"])\n',
        "        self.tally.reset()\n",
        (STOPPING,),
    ),
    Mutant(
        "Ctrl-C is noticed after the epoch only",
        LAB + "trainer.py",
        "            if interrupt.pressed:\n                return\n",
        "",
        (STOPPING,),
    ),
    Mutant(
        "patience is counted over all epochs, not in a row",
        LAB + "callbacks/early_stopping.py",
        "        if self.improved(row):\n            self.bad_epochs = 0\n",
        "        if self.improved(row):\n",
        (CALLBACKS,),
    ),
    Mutant(
        "precision and recall are exchanged",
        LAB + "metrics/classification.py",
        '{"precision": answered, "recall": true,',
        '{"precision": true, "recall": answered,',
        (METRICS,),
    ),
]
