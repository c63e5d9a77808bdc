"""Which templates only print what is personal: of these, one rendering serves all recipients.

Rendering a letter's template costs as much as printing the letter. Where names such as `link` are printed and nothing
else is made of them, the result for one recipient is that for another with other values in these places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from jinja2 import nodes
from markupsafe import escape

# What is printed within these does not go to the output, or not as it is.
_CATCHING = (nodes.FilterBlock, nodes.AssignBlock, nodes.CallBlock, nodes.Macro, nodes.EvalContextModifier)
_PRINTING_FILTERS = frozenset(("slot", "e", "escape"))


# Of these characters none is special in HTML, and none can come from a file: it would be an odd template.
BEGIN, END = "\ue000", "\ue001"


class Printed:
    """Stands for a value in a template that only prints it; where it stood, the value is put in later."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __getattr__(self, name: str) -> Printed:
        if name.startswith("__"):
            raise AttributeError(name)
        return Printed(f"{self._path}.{name}")

    def __html__(self) -> str:
        return f"{BEGIN}{self._path}{END}"

    __str__ = __html__


def cut(html: str) -> list[str]:
    """A rendering with stand-ins, taken apart: text, path, text, path, …, text."""
    return [part for piece in html.split(BEGIN) for part in piece.split(END)]


def joined(parts: list[str], values: Mapping[str, Any]) -> str:
    """The rendering for the recipient with these values; a path such as `recipient.city` leads to a value's part."""
    filled = list(parts)
    filled[1::2] = [str(escape(_at(values, path))) for path in parts[1::2]]
    return "".join(filled)


def _at(values: Mapping[str, Any], path: str) -> Any:
    name, *attributes = path.split(".")
    value = values[name]
    for attribute in attributes:
        value = value[int(attribute)] if attribute.isdecimal() else getattr(value, attribute)
    return value


def filled(parts: list[str], values: Mapping[str, Any]) -> str:
    """As `joined`, for plain text: nothing is quoted."""
    whole = list(parts)
    whole[1::2] = [str(_at(values, path)) for path in parts[1::2]]
    return "".join(whole)


def only_prints(
    templates: Iterable[nodes.Template], names: frozenset[str], lists: frozenset[str], *, as_text: bool = False
) -> bool:
    """Whether templates print these names (and run once through those that are `lists`), and do nothing else.

    With `as_text`, what they keep in a `set` block counts as printed where that is printed through `plain`.
    """
    return all(_template_prints(node, names, lists, as_text=as_text) for node in templates)


def _template_prints(node: nodes.Template, names: frozenset[str], lists: frozenset[str], *, as_text: bool) -> bool:
    catching = list(node.find_all(_CATCHING))
    if not as_text:
        return not catching and _prints(node, names, lists, ())
    kept = {
        one.target.name for one in catching if isinstance(one, nodes.AssignBlock) and isinstance(one.target, nodes.Name)
    }
    whole = all(isinstance(one, nodes.AssignBlock) and not one.filter for one in catching) and len(kept) == len(
        catching
    )
    loads = [one for one in node.find_all(nodes.Name) if one.name in kept and one.ctx == "load"]
    plain = [one for output in node.find_all(nodes.Output) for one in output.nodes if _is_plain(one, kept)]
    return whole and len(loads) == len(plain) and _prints(node, names, lists, ())


def _is_plain(node: nodes.Node, kept: set[str]) -> bool:
    if not isinstance(node, nodes.Filter) or node.name != "plain" or node.args or node.kwargs:
        return False
    return isinstance(node.node, nodes.Name) and node.node.name in kept


def _prints(node: nodes.Node, names: frozenset[str], lists: frozenset[str], above: tuple[nodes.Node, ...]) -> bool:
    if isinstance(node, nodes.Getattr | nodes.Name) and _is_roundabout(node):
        return False
    if isinstance(node, nodes.Name):
        return node.name not in names or (node.ctx == "load" and _is_printed(node, above))
    if isinstance(node, nodes.For) and isinstance(node.iter, nodes.Name) and node.iter.name in lists:
        if not isinstance(node.target, nodes.Name) or node.test or node.recursive:
            return False
        if any(node.find_all(nodes.Include)):
            # There the line has a name that the included template's own tree does not tell.
            return False
        inner = names | {node.target.name}
        return all(_prints(child, inner, lists, (*above, node)) for child in (*node.body, *node.else_))
    return all(_prints(child, names, lists, (*above, node)) for child in node.iter_child_nodes())


def _is_roundabout(node: nodes.Getattr | nodes.Name) -> bool:
    """Whether this leads to something personal by another name: a block's text, a loop's other lines."""
    if isinstance(node, nodes.Getattr):
        return node.attr in ("previtem", "nextitem")
    return node.name in ("self", "super")


def _is_printed(node: nodes.Node, above: tuple[nodes.Node, ...]) -> bool:
    """Whether a value goes nowhere but to the output, by way of its parts and of filters that quote it."""
    below = node
    for parent in reversed(above):
        if isinstance(parent, nodes.Output):
            return True
        if not isinstance(parent, nodes.Getattr) and not _only_quotes(parent, below):
            return False
        below = parent
    return False


def _only_quotes(parent: nodes.Node, below: nodes.Node) -> bool:
    is_filter = isinstance(parent, nodes.Filter) and parent.node is below and parent.name in _PRINTING_FILTERS
    return is_filter and not any(getattr(parent, name) for name in ("args", "kwargs", "dyn_args", "dyn_kwargs"))
