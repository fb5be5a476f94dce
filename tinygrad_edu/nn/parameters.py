"""Parameters in a list or a dict, registered under their place or name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self, overload

from ..errors import AbsentError, ArgumentError, DimError, InputTypeError, RegistrationError
from ..tensor import Tensor
from .module import Module
from .parameter import Parameter

__all__ = ["ParameterDict", "ParameterList"]


def _learned(x: Any) -> Any:
    """A tensor becomes a parameter, and so is learned; other things are kept as they are."""
    return Parameter(x) if isinstance(x, Tensor) and not isinstance(x, Parameter) else x


# PyTorch's text for a dict still says the types' old names.
_OLD_NAMES = {
    "float32": "torch.FloatTensor",
    "float64": "torch.DoubleTensor",
    "float16": "torch.HalfTensor",
}


class _Holder(Module):
    """What list and dict share: the text, one line for each thing."""

    def _named_things(self) -> Iterable[tuple[Any, Any]]:
        raise NotImplementedError

    def _type_of(self, x: Tensor) -> str:
        return f"torch.{x.dtype}"

    def extra_repr(self) -> str:
        """Types and sizes."""
        lines = []
        for name, x in self._named_things():
            text = f"Object of type: {type(x).__name__}"
            if isinstance(x, Tensor):
                size = "x".join(str(n) for n in x.shape)
                kind = "Parameter" if isinstance(x, Parameter) else "Tensor"
                text = f"{kind} containing: [{self._type_of(x)} of size {size}]"
            lines.append(f"  ({name}): {text}")
        return "\n".join(lines)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise ArgumentError(
            f"{self._get_name()} holds parameters and computes nothing: it cannot be called."
        )


class ParameterList(_Holder):
    """A list whose tensors are parameters, named "0", "1", … in the state."""

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._size = 0
        self.extend(() if values is None else values)

    def _named_things(self) -> Iterable[tuple[Any, Any]]:
        return enumerate(self)

    def _name(self, index: int) -> str:
        if not hasattr(index, "__index__") or not -len(self) <= index < len(self):
            raise DimError(
                f"ParameterList: index {index!r} is out of range; there are {len(self)}. "
                f"Use {-len(self)} to {len(self) - 1}."
            )
        return str(index % len(self))

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Any]:
        return (getattr(self, str(i)) for i in range(len(self)))

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return type(self)(list(self)[index])
        return getattr(self, self._name(index))

    def __setitem__(self, index: int, value: Any) -> None:
        setattr(self, self._name(index), _learned(value))

    def append(self, value: Any) -> Self:
        """Put something at the end; a tensor becomes a parameter."""
        self._size += 1
        self[self._size - 1] = value
        return self

    def extend(self, values: Iterable[Any]) -> Self:
        """Put several things at the end."""
        if isinstance(values, Tensor) or not isinstance(values, Iterable):
            raise InputTypeError(
                f"ParameterList: received {type(values).__name__}, but a list of tensors was "
                "expected. For a single one, use append()."
            )
        for value in list(values):
            self.append(value)
        return self

    def __iadd__(self, values: Iterable[Any]) -> Self:
        return self.extend(values)


class ParameterDict(_Holder):
    """A dict whose tensors are parameters, in the order in which they were put in."""

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._order: dict[str, Any] = {}  # the names; with what is there, if it is not registered
        self.update({} if parameters is None else parameters)

    def _named_things(self) -> Iterable[tuple[Any, Any]]:
        return self.items()

    def _type_of(self, x: Tensor) -> str:
        return _OLD_NAMES.get(x.dtype.name, f"torch.{x.dtype}")

    def __getitem__(self, key: str) -> Any:
        if key not in self._order:
            raise AbsentError(
                f"ParameterDict: there is no {key!r}. It has: {', '.join(self) or 'nothing'}."
            )
        for table in (self._parameters, self._modules):  # so a name like "items" is possible
            if key in table:
                return table[key]
        return self._order[key]

    def __setitem__(self, key: str, value: Any) -> None:
        if not isinstance(key, str):
            raise InputTypeError(f"ParameterDict: the key is {key!r}, but a string was expected.")
        if key in self.__dict__ or "." in key or not key:
            raise RegistrationError(
                f"ParameterDict: the key {key!r} is not possible: a module uses it itself, or it "
                "is empty or has a dot. Choose another one."
            )
        value = _learned(value)
        registered = isinstance(value, (Parameter, Module))
        self._forget(key)
        self._order[key] = None if registered else value
        if registered:
            setattr(self, key, value)

    def __delitem__(self, key: str) -> None:
        self.pop(key)

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[str]:
        return iter(self._order)

    def __contains__(self, key: object) -> bool:
        return key in self._order

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._order.keys()

    def values(self) -> Iterable[Any]:
        """What is under them."""
        return [self[key] for key in self._order]

    def items(self) -> Iterable[tuple[str, Any]]:
        """The pairs (name, parameter)."""
        return [(key, self[key]) for key in self._order]

    def get(self, key: str, default: Any = None) -> Any:
        """What is under `key`, or the default."""
        return self[key] if key in self else default  # noqa: SIM401  (this is `get`)

    def setdefault(self, key: str, default: Any = None) -> Any:
        """What is under `key`, where the default is put if nothing is."""
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key: str) -> Any:
        """Take a parameter out and return it."""
        value = self[key]
        del self._order[key]
        self._forget(key)
        return value

    def popitem(self) -> tuple[str, Any]:
        """Take the last pair out and return it."""
        key = next(reversed(self._order), "")
        return key, self.pop(key)

    def clear(self) -> None:
        """Take everything out."""
        for key in list(self._order):
            del self[key]

    def copy(self) -> Self:
        """Another dict of the same parameters."""
        return type(self)(dict(self.items()))

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> Self:
        """A new dict with the default under each of the keys."""
        return type(self)(dict.fromkeys(keys, default))

    def update(self, parameters: Any) -> None:
        """Put in all pairs of a dict or a list; those under a name that is taken are replaced."""
        if isinstance(parameters, Tensor) or not isinstance(parameters, Iterable):
            raise InputTypeError(
                f"ParameterDict: received {type(parameters).__name__}, but a dict of tensors was "
                "expected."
            )
        pairs: Any = parameters
        if isinstance(parameters, (Mapping, ParameterDict)):
            pairs = parameters.items()
        for key, value in pairs:
            self[key] = value
