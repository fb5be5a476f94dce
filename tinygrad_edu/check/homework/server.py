"""The child: it loads a stranger's file and answers requests for numbers, until its pipe closes.

    server.main(READ, WRITE, FOLDER, SECONDS, MEGABYTES, FILES…)

Requests are `{"do": …}`: hello, load, loss, gradients, regress, call. Every answer carries the
request's number; whatever the file raises, SystemExit and RecursionError included, is an answer as
well.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tokenize
import traceback
from typing import Any

import numpy as np

from ..diagnosis.work import Inputs, LocalWork
from .guard import limit, watch
from .wire import decode, encode

__all__ = ["main"]


def main(
    read: int, write: int, folder: str, seconds: int, megabytes: int, files: list[str]
) -> None:
    """Serve until the marker closes the pipe."""
    os.chdir(folder)
    limit(seconds, megabytes)
    watch(folder)
    requests = os.fdopen(read, "rb")
    here: dict[str, Any] = {}
    answer: Any
    while size := requests.read(8):
        request = decode(requests.read(int.from_bytes(size, "big")))
        try:
            if request["do"] == "hello":
                answer = {}
            elif request["do"] == "load":
                answer = load(files, here)
            else:
                answer = DO[request["do"]](here, request)
            frame = encode({"number": request["number"], "answer": answer})
        except BaseException as error:  # a stranger's code may raise anything at all
            frame = encode({"number": request["number"], "error": told(error)})
        view = memoryview(frame)
        while view:
            view = view[os.write(write, view) :]


def told(error: BaseException) -> dict[str, Any]:
    """An exception as data: its kind, its message, the last line of the stranger's file in it."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f.lineno for f in frames if os.path.basename(f.filename).startswith("homework")]
    if isinstance(error, SyntaxError):
        lines = [error.lineno]
    kind = "encoding" if isinstance(error, UnicodeDecodeError) else type(error).__name__
    try:
        text = str(error.msg if isinstance(error, SyntaxError) else error)[:500]
    except BaseException:  # even this may be the stranger's own code
        text = ""
    line = lines[-1] if lines and isinstance(lines[-1], int) else 0
    return {"kind": kind, "text": text.encode("utf-8", "replace").decode(), "line": line}


def load(files: list[str], here: dict[str, Any]) -> dict[str, Any]:
    """Run the files, later names over earlier ones; say what they define."""
    for number, file in enumerate(files):
        with open(file, "rb") as stream:
            encoding, _ = tokenize.detect_encoding(stream.readline)
            stream.seek(0)
            stream.read().decode(encoding)
        spec = importlib.util.spec_from_file_location(f"homework{number}", file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[module.__name__] = module
        spec.loader.exec_module(module)
        here.update(vars(module))
    inputs = here.get("inputs")
    if inputs is None and callable(here.get("make_inputs")):
        inputs = here["make_inputs"]()
    params = here.get("params")
    return {
        "functions": [k for k in ("forward", "backward") if callable(here.get(k))],
        "regressor": isinstance(here.get("MLPRegressor"), type),
        "exercise": None if here.get("exercise") is None else str(here["exercise"]),
        "inputs": tidy(inputs),
        "params": [str(p) for p in params] if isinstance(params, list | tuple) else None,
    }


def tidy(inputs: Any) -> dict[str, Any] | None:
    """The example inputs, lists of numbers as arrays; None where there are none."""
    if inputs is None:
        return None
    if not isinstance(inputs, dict):
        raise TypeError(f"inputs is a {type(inputs).__name__}, and should be a dict of arrays")
    return {
        str(k): np.asarray(v) if isinstance(v, list | tuple | float) else v
        for k, v in inputs.items()
    }


def work(here: dict[str, Any]) -> LocalWork:
    """The file's two functions (the same object every time: its `backward` may remember)."""
    if "\0work" not in here:
        backward = here.get("backward") or here["forward"]
        here["\0work"] = LocalWork(backward, here["forward"])
    found: LocalWork = here["\0work"]
    return found


def loss(here: dict[str, Any], request: Inputs) -> Any:
    """Forward's loss."""
    return np.asarray(work(here).loss(request["inputs"]))


def gradients(here: dict[str, Any], request: Inputs) -> Any:
    """Backward's gradients, with what it changed and how it failed."""
    found = work(here).gradients(request["inputs"], tuple(request["params"]))
    if found.error.startswith("MemoryError"):
        raise MemoryError
    return {
        "gradients": found.gradients,
        "changed": found.changed,
        "error": found.error,
        "problem": found.problem,
    }


def regress(here: dict[str, Any], request: Inputs) -> Any:
    """What a new MLPRegressor predicts after training."""
    np.random.seed(int(request["seed"]))  # noqa: NPY002  # what students' files draw from
    options = dict(request["options"])
    if "hidden_layer_sizes" in options:
        options["hidden_layer_sizes"] = tuple(options["hidden_layer_sizes"])
    model = here["MLPRegressor"](**options)
    with np.errstate(all="ignore"):
        model.train(request["X"].copy(), request["y"].copy())
        found = model.predict(request["X"].copy())
    return {"predicted": np.asarray(found, np.float64)}


def call(here: dict[str, Any], request: Inputs) -> Any:
    """What the function that an exercise asks for returns: arrays, one or several."""
    function = here.get(request["function"])
    if not callable(function):
        raise NameError(f"{request['function']} is not defined")
    with np.errstate(all="ignore"):  # a NaN is judged, not warned of
        found = function(*request["arguments"])
    if found is None:  # a forgotten `return`; as an array it would be NaN
        return None
    several = isinstance(found, tuple)
    return [np.asarray(part, np.float64) for part in (found if several else [found])]


DO = {"loss": loss, "gradients": gradients, "regress": regress, "call": call}
