"""Refusals: what was asked, what was received, the likely fix.

Every error of the library is a `TinygradEduError`, and also the built-in type that a PyTorch user
would catch, so both `except RuntimeError` and `except TinygradEduError` work:

    TinygradEduError
    ├── ShapeError        RuntimeError    shapes that do not fit each other
    │   └── TargetError   ValueError      a target that does not fit the prediction it judges
    ├── DimError          IndexError      a dimension or an index that is not there
    │   └── PlaceError    RuntimeError    an index that points outside of the tensor
    ├── DTypeError        RuntimeError    a number type that the operation cannot take
    ├── ArgumentError     ValueError      an argument out of its range (PyTorch: RuntimeError, too)
    ├── InputTypeError    TypeError       a Python object of the wrong kind
    ├── GradientError     RuntimeError    a backward pass that cannot be right
    │   ├── InPlaceError                  a value that backward still needs was changed
    │   ├── AnomalyError                  a NaN or an infinity was born
    │   └── GradcheckError                analytic and numeric gradients differ
    ├── CompileError      RuntimeError    a step that cannot become a plan
    ├── RuleError         TypeError       an operation was declared wrongly
    ├── StateError        RuntimeError    a state dict that does not fit the module
    ├── AbsentError       AttributeError  a parameter, buffer or submodule that is not there
    ├── RegistrationError KeyError        a name that a module cannot give
    │   └── SettingError                  a setting that a parameter group does not have
    ├── NotInstalled      ImportError     a package that only this feature needs is not there
    ├── DataError         ValueError      a file whose contents cannot be used
    │   ├── NoInk                         a picture in which nothing is drawn
    │   └── DataMissing   FileNotFoundError   a file that is not there
    ├── SaveError         OSError         a file that could not be written
    └── WorkerError       RuntimeError    a process that worked for this one broke off
"""

from __future__ import annotations

__all__ = [
    "AbsentError",
    "AnomalyError",
    "ArgumentError",
    "CompileError",
    "DTypeError",
    "DataError",
    "DataMissing",
    "DimError",
    "GradcheckError",
    "GradientError",
    "InPlaceError",
    "InputTypeError",
    "NoInk",
    "NotInstalled",
    "PlaceError",
    "RegistrationError",
    "RuleError",
    "SaveError",
    "SettingError",
    "ShapeError",
    "StateError",
    "TargetError",
    "TinygradEduError",
    "WorkerError",
]


class TinygradEduError(Exception):
    """Anything that this library refuses."""


class ShapeError(TinygradEduError, RuntimeError):
    """Shapes that do not fit each other."""


class DimError(TinygradEduError, IndexError):
    """A dimension or an index that the tensor does not have."""


class PlaceError(DimError, RuntimeError):
    """An index that points outside: PyTorch raises now IndexError (embedding), now RuntimeError
    (gather).
    """


class DTypeError(TinygradEduError, RuntimeError):
    """A number type that the operation cannot take."""


class ArgumentError(TinygradEduError, ValueError, RuntimeError):
    """An argument out of its range."""


class InputTypeError(TinygradEduError, TypeError):
    """A Python object of the wrong kind."""


class TargetError(ShapeError, ArgumentError):
    """A target that does not fit the prediction: PyTorch raises now RuntimeError, now
    ValueError.
    """


class GradientError(TinygradEduError, RuntimeError):
    """A backward pass that cannot be right."""


class InPlaceError(GradientError):
    """A value that the backward pass still needs was changed in place."""


class AnomalyError(GradientError):
    """A NaN or an infinity was born."""


class GradcheckError(GradientError):
    """Analytic and numeric gradients differ; the message is the report."""


class CompileError(TinygradEduError, RuntimeError):
    """A step that cannot become a plan: the message names the line that is in the way."""


class RuleError(TinygradEduError, TypeError):
    """An operation or its backward rules were declared wrongly."""


class StateError(TinygradEduError, RuntimeError):
    """A state dict that does not fit the module; the message is the report."""


class AbsentError(TinygradEduError, AttributeError):
    """A parameter, buffer or submodule that is not there."""


class RegistrationError(TinygradEduError, KeyError):
    """A name that a module cannot give to a parameter, buffer or submodule."""

    def __str__(self) -> str:  # a KeyError would put the message in quotes
        return str(self.args[0])


class SettingError(RegistrationError):
    """A setting that a parameter group does not have."""


class NotInstalled(TinygradEduError, ImportError):
    """A package that only this feature needs is not there; the message says how to get it."""


class DataError(TinygradEduError, ValueError):
    """A file whose contents cannot be used."""


class NoInk(DataError):
    """A picture in which nothing is drawn."""


class DataMissing(DataError, FileNotFoundError):
    """A file that is not where it was looked for."""


class SaveError(TinygradEduError, OSError):
    """A file that could not be written; an older one in its place is unchanged."""


class WorkerError(TinygradEduError, RuntimeError):
    """A process that worked for this one broke off; its last words are in the message."""
