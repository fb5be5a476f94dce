"""Mistakes in what outlives the program: files that are not whole, runs that resume elsewhere."""

from __future__ import annotations

from . import Mutant

FILES, RESUME = "tests/test_serialization.py", "tests/test_resume.py"
JSON, HOSTILE = "tests/test_weights_json.py", "tests/test_hostile_files.py"
LOADER, STORAGE = "tests/data/test_loader_state.py", "tests/data/test_storage.py"

MUTANTS = [
    Mutant(
        "the random numbers are not put back",
        "tinygrad_edu/serialization/checkpoint.py",
        "            set_rng_state(saved[name])\n",
        "            pass\n",
        (RESUME,),
    ),
    Mutant(
        "where the last part does not fit, the first ones stay changed",
        "tinygrad_edu/serialization/checkpoint.py",
        "            restore(parts[part_name], state)\n",
        "            pass\n",
        (RESUME,),
    ),
    Mutant(
        "a resumed epoch begins anew",
        "tinygrad_edu/data/epoch.py",
        "first = 0 if whole else self.served",
        "first = 0",
        (LOADER, RESUME),
    ),
    Mutant(
        "the batch at hand is served again",
        "tinygrad_edu/data/loader.py",
        "            epoch.served += 1\n            yield batch",
        "            yield batch\n            epoch.served += 1",
        (LOADER, RESUME),
    ),
    Mutant(
        "the checksum is not compared",
        "tinygrad_edu/serialization/files.py",
        "if expected != _checksum(arrays, note):",
        "if False:",
        (FILES, HOSTILE),
    ),
    Mutant(
        "a single number comes back as a vector",
        "tinygrad_edu/serialization/files.py",
        'np.asarray(array, order="C")',
        "np.ascontiguousarray(array)",
        (FILES,),
    ),
    Mutant(
        "the header is read, however long it claims to be",
        "tinygrad_edu/serialization/files.py",
        "if len(start) == 8 and length <= min(size - 8, _LONGEST_HEADER):",
        "if True:",
        (FILES,),
    ),
    Mutant(
        "tuples come back as lists",
        "tinygrad_edu/serialization/tree.py",
        'return parts if isinstance(x, list) else {"$tuple": parts}',
        "return parts",
        (FILES,),
    ),
    Mutant(
        "two places with one path share an array",
        "tinygrad_edu/serialization/tree.py",
        'while name in self.arrays or name == "__metadata__":',
        'while name == "__metadata__":',
        (FILES,),
    ),
    Mutant(
        "weights.json holds (out, in)",
        "tinygrad_edu/serialization/weights_json.py",
        "layer.weight.detach().numpy().T for",
        "layer.weight.detach().numpy() for",
        (JSON,),
    ),
    Mutant(
        "the file is written where the old one stands",
        "tinygrad_edu/data/storage.py",
        "        os.replace(temporary, path)\n",
        "        path.write_bytes(temporary.read_bytes())\n",
        (STORAGE, "tests/kill"),
    ),
    Mutant(
        "what was written need not have reached the disk",
        "tinygrad_edu/data/storage.py",
        "            os.fsync(file.fileno())\n",
        "",
        (FILES, STORAGE),
    ),
]
