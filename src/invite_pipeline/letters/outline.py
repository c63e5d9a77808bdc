"""A template that only prints what is personal, taken apart once: the forms of its letters are known beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from invite_pipeline.formats.printed_names import BEGIN, cut, filled, joined
from invite_pipeline.letters.slots import Form, SlotKind, fits, kind_of_text, split


class Outline:
    """What `split` would find in each letter of a template, without writing the letter and reading it again."""

    def __init__(self, html: str) -> None:
        """`html` is the template rendered with stand-ins."""
        self._parts = cut(html)
        form, values = split(html, _DATA)
        self._pieces, self._kinds = form.pieces, form.kinds
        self._values = [cut(value) for value in values[:-1]]
        # What is personal outside the slots makes another form for each letter.
        self._fixed = not any(BEGIN in piece for piece in form.pieces)
        self._forms: dict[tuple[SlotKind, ...], Form] = {}

    def filled(self, personal: Mapping[str, Any], data: str) -> tuple[Form, tuple[str, ...]]:
        """The form and the values of one letter. Raises AttributeError for a part that recipients do not have."""
        if self._fixed:
            values = [filled(value, personal) for value in self._values]
            if all(map(fits, self._kinds, values)):
                return self._form(values), (*values, data)
        return split(joined(self._parts, personal), data)

    def _form(self, values: list[str]) -> Form:
        kinds = tuple(
            [
                kind_of_text(value) if kind.printed else kind
                for kind, value in zip(self._kinds, (*values, _DATA), strict=True)
            ]
        )
        if kinds not in self._forms:
            self._forms[kinds] = Form(self._pieces, kinds)
        return self._forms[kinds]


_DATA = "{}"
