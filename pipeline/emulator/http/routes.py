"""Find the operation behind a method and a path, and the values that stand in the path."""

from collections.abc import Collection, Iterable, Mapping
from urllib.parse import unquote

from pipeline.emulator.http.operations import Operation

_NONE: Mapping[str, str] = {}


class Routes:
    """Know every operation; `{name}` in an operation's path stands for one part of the real one.

    `absent` are methods and paths of operations that are not here, though they look like another's.
    """

    def __init__(
        self, operations: Iterable[Operation], absent: Collection[tuple[str, str]] = ()
    ) -> None:
        self._absent = frozenset(absent)
        self._plain: dict[tuple[str, str], Operation] = {}
        self._open: list[Operation] = []
        for operation in operations:
            if "{" in operation.path:
                self._open.append(operation)
            else:
                self._plain[operation.method, operation.path] = operation

    @property
    def names(self) -> set[str]:
        """Return the names of all operations."""
        return {operation.name for operation in (*self._plain.values(), *self._open)}

    def find(self, method: str, raw_path: str) -> Operation | None:
        """Return the operation, or None; `raw_path` is percent-encoded and without the query."""
        operation = self._plain.get((method, raw_path))
        if operation is not None:
            return operation
        for candidate in self._open:
            if candidate.method == method and path_values(candidate, raw_path):
                return None if (method, raw_path) in self._absent else candidate
        return None


def path_values(operation: Operation, raw_path: str) -> Mapping[str, str]:
    """Return what stands in the path for an operation's names; empty when it has none."""
    if "{" not in operation.path:
        return _NONE
    pattern, parts = operation.path.split("/"), raw_path.split("/")
    if len(pattern) != len(parts):
        return _NONE
    values: dict[str, str] = {}
    for expected, part in zip(pattern, parts, strict=True):
        if expected.startswith("{") and part:
            values[expected[1:-1]] = unquote(part)
        elif expected != part:
            return _NONE
    return values
