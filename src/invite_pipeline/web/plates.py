"""Pages that are laid out once and filled for each visitor, as the press does with letters.

A page is made with stand-ins for what is personal. A stand-in can be printed and nothing else: where code or template
looks at a value in any other way, that value (or whether there is any) becomes part of what tells two plates apart, and
the page is made anew. So a filled plate is the very page that would have been made, whatever the template does.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import is_dataclass
from typing import Any

from markupsafe import escape

from invite_pipeline.errors import TemplateBroken

_MOST_PLATES = 256
_FRESH_SECONDS = 5
"""A template that was edited meanwhile is noticed after so long."""
_MOST_TRIES = 60

Path = tuple[str | int, ...]
"""How a value is reached: `("recipient", "persons", 0, "name")`."""
Make = Callable[[Mapping[str, Any]], str]
"""Makes a page of the personal values, or of what stands in for them."""


class Plates:
    """The plates of one site; safe for threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._looks: dict[str, _Looks] = {}
        self._plates: OrderedDict[Hashable, tuple[float, _Plate | None]] = OrderedDict()
        self._lock = threading.Lock()

    def page(self, name: str, kind: Hashable, personal: Mapping[str, Any], make: Make) -> bytes:
        """The page called `name` that `make` makes of `personal`, in UTF-8; `kind` is all else that it depends on.

        Raises whatever `make` raises.
        """
        with self._lock:
            looks = self._looks.setdefault(name, _Looks())
            key = (name, kind, *looks.at(personal))
            made, plate = self._plates.get(key, (float("-inf"), None))
        if made < self._clock() - _FRESH_SECONDS:
            plate = _made(looks, personal, make)
            with self._lock:
                # Under all that has been looked at while it was made.
                self._keep((name, kind, *looks.at(personal)), plate)
        return plate.filled(personal) if plate else make(personal).encode()

    def _keep(self, key: Hashable, plate: _Plate | None) -> None:
        self._plates[key] = self._clock(), plate
        self._plates.move_to_end(key)
        while len(self._plates) > _MOST_PLATES:
            self._plates.popitem(last=False)


class _Looks:
    """What was looked at, other than by printing it: whole values, whether there is any, and how many there are."""

    def __init__(self) -> None:
        self.whole: dict[Path, None] = {}
        self.truth: dict[Path, None] = {}
        self.lengths: dict[Path, None] = {}

    def at(self, personal: Mapping[str, Any]) -> tuple[Hashable, ...]:
        """What is to be seen there in one visitor's values."""
        return (
            *(_hashable(_reached(personal, path)) for path in tuple(self.whole)),
            *(bool(_reached(personal, path)) for path in tuple(self.truth)),
            *(len(_reached(personal, path) or ()) for path in tuple(self.lengths)),
        )


def _reached(personal: Mapping[str, Any], path: Path) -> Any:
    """The value at the end of a path; None where somebody has no such part."""
    value: Any = personal[str(path[0])]
    for step in path[1:]:
        if isinstance(step, str):
            value = getattr(value, step, None)
        else:
            value = value[step] if value is not None and step < len(value) else None
    return value


def _hashable(value: Any) -> Hashable:
    if isinstance(value, Mapping):
        return tuple(sorted((key, _hashable(one)) for key, one in value.items()))
    if isinstance(value, list | tuple):
        return tuple(_hashable(one) for one in value)
    try:
        hash(value)
    except TypeError:
        value = repr(value)
    # True is 1 in a key, but not on a page.
    return type(value), value


class _Plate:
    """A page in pieces, and the paths of the values between them."""

    def __init__(self, page: str, sheet: _Sheet) -> None:
        pieces = sheet.marker.split(page)
        self._pieces = [piece.encode() for piece in pieces[::2]]
        self._paths = [sheet.printed[int(number)] for number in pieces[1::2]]

    def filled(self, personal: Mapping[str, Any]) -> bytes:
        """The page of one visitor."""
        filled = [self._pieces[0]]
        for path, piece in zip(self._paths, self._pieces[1:], strict=True):
            filled += (escape(_reached(personal, path)).encode(), piece)
        return b"".join(filled)


def _made(looks: _Looks, personal: Mapping[str, Any], make: Make) -> _Plate | None:
    """The plate, or None where the page cannot be made of stand-ins."""
    for _ in range(_MOST_TRIES):
        sheet = _Sheet(looks)
        try:
            return _Plate(make({name: sheet.instead(value, (name,)) for name, value in personal.items()}), sheet)
        except _LookedAtError as looked:
            looked.into[looked.path] = None
        except TemplateBroken as error:
            looked_at = error.__cause__
            if not isinstance(looked_at, _LookedAtError):
                return None
            looked_at.into[looked_at.path] = None
        except (TypeError, AttributeError):
            # Some code took a stand-in for a real string.
            return None
    return None


# --- stand-ins --------------------------------------------------------------------------------------------------


class _LookedAtError(Exception):
    """A value was looked at that has not been noted in `into` yet."""

    def __init__(self, path: Path, into: dict[Path, None]) -> None:
        super().__init__(path)
        self.path, self.into = path, into


class _Sheet:
    """One try to make a plate."""

    def __init__(self, looks: _Looks) -> None:
        self.looks = looks
        self.printed: list[Path] = []
        # Nobody can guess it, so that no value and no template contains one.
        self._secret = secrets.token_hex(8)
        self.marker = re.compile(f"\ue000{self._secret}-([0-9]+)\ue001")

    def instead(self, value: Any, path: Path) -> Any:
        """What is handed out for a value: texts and whole records have stand-ins, all else is noted and real."""
        if path in self.looks.whole:
            return value
        if type(value) is str:
            return _Text(value, path, self)
        if type(value) is tuple:
            if path not in self.looks.lengths:
                raise _LookedAtError(path, self.looks.lengths)
            return tuple(self.instead(one, (*path, number)) for number, one in enumerate(value))
        if is_dataclass(value):
            return _Record(value, path, self)
        raise _LookedAtError(path, self.looks.whole)

    def printing(self, path: Path) -> str:
        """The mark that a value leaves where it is printed."""
        self.printed.append(path)
        return f"\ue000{self._secret}-{len(self.printed) - 1}\ue001"


class _StandIn:
    """Whoever does anything with it that its class does not allow has looked at the value."""

    __slots__ = ("_path", "_sheet", "_value")

    def __init__(self, value: Any, path: Path, sheet: _Sheet) -> None:
        self._value, self._path, self._sheet = value, path, sheet

    def _look(self, *_: object) -> Any:
        raise _LookedAtError(self._path, self._sheet.looks.whole)

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = _look
    __str__ = __repr__ = __format__ = __len__ = __iter__ = __contains__ = __getitem__ = __reversed__ = _look
    __add__ = __radd__ = __mod__ = __rmod__ = __mul__ = __rmul__ = __int__ = __float__ = __index__ = __call__ = _look

    def __bool__(self) -> bool:
        if self._path not in self._sheet.looks.truth:
            raise _LookedAtError(self._path, self._sheet.looks.truth)
        return bool(self._value)


class _Record(_StandIn):
    """Stands in for a record: its fields and properties can be read, and have stand-ins."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        found = getattr(self._value, name)
        if callable(found):
            self._look()
        return self._sheet.instead(found, (*self._path, name))


class _Text(_StandIn):
    """Stands in for a text: it can be printed into HTML."""

    __slots__ = ()

    def __html__(self) -> str:
        return self._sheet.printing(self._path)

    @property  # type: ignore[misc]
    def __class__(self) -> type[str]:  # type: ignore[override]
        # So that `is string` holds in a template; whoever believes it and asks for a letter has looked.
        return str

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._look()
