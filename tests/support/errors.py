"""Where the code raises errors: with which code, and with which sentence."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

from pipeline.core import errors
from pipeline.language import Filled, Text, Words
from tests.support.source import ROOT, modules, tree

CLASSES: Mapping[str, type[errors.KoosendError]] = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.KoosendError)
}
_TEXTS = frozenset({"Words", "filled"})


@dataclass(frozen=True, slots=True)
class Raised:
    """An error that is made somewhere: template is empty where it is made of other texts."""

    module: Path
    line: int
    kind: type[errors.KoosendError]
    code: str
    template: str

    @property
    def place(self) -> str:
        """Say where it stands."""
        return f"{self.module.relative_to(ROOT)}:{self.line}"


@cache
def raised() -> tuple[Raised, ...]:
    """Find every error that a module of the pipeline makes."""
    mine = (one for one in modules() if (ROOT / "pipeline") in one.parents)
    return tuple(found for module in mine for found in _in(module))


def _in(module: Path) -> Iterator[Raised]:
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            kind = CLASSES.get(node.func.id)
            if kind is not None:
                yield Raised(module, node.lineno, kind, _code(node, kind), _template(node))


def _code(node: ast.Call, kind: type[errors.KoosendError]) -> str:
    given = node.args[1] if len(node.args) > 1 else None
    return str(given.value) if isinstance(given, ast.Constant) and given.value else kind.code


def _template(node: ast.Call) -> str:
    text = node.args[0] if node.args else None
    made = isinstance(text, ast.Call) and isinstance(text.func, ast.Name) and text.func.id in _TEXTS
    first = text.args[0] if made and isinstance(text, ast.Call) and text.args else None
    return str(first.value) if isinstance(first, ast.Constant) else ""


_SHOWN = {
    "campaign": "autumn.toml",
    "file": "members.xlsx",
    "folder": "/srv/koosend/var",
    "line": "17",
    "name": "autumn",
    "number": "2",
    "path": "/srv/lists/members.xlsx",
    "phone": "138****8000",
    "run": "3fk2a9qd",
    "sheet": "Sheet1",
    "state": "/srv/koosend/var",
    "template": "700000001",
    "where": "members.xlsx",
    "why": "Permission denied",
}
"""What stands in the places of an example; any other place shows its own name."""

_COUNT = 3


def examples() -> Mapping[str, Text]:
    """Return for each code the plainest sentence that it is printed with."""
    found: dict[str, str] = {}
    for one in raised():
        known = found.get(one.code)
        if one.template and (known is None or _odd(one.template) < _odd(known)):
            found[one.code] = one.template
    return {code: _filled(template) for code, template in found.items()}


def _odd(template: str) -> tuple[int, int]:
    places = _places(template)
    return sum(name not in _SHOWN for name, _ in places), len(template)


def _filled(template: str) -> Text:
    values = {
        name: _COUNT if counts else _SHOWN.get(name.removesuffix("_2"), f"<{name}>")
        for name, counts in _places(template)
    }
    return Filled(Words(template), values) if values else Words(template)


def _places(template: str) -> list[tuple[str, bool]]:
    counted = {name for _, name, spec, _ in Formatter().parse(template) if "|" in (spec or "")}
    names = dict.fromkeys(name for _, name, _, _ in Formatter().parse(template) if name)
    return [(name, name in counted) for name in names]
