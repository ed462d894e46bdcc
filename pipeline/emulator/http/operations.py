"""What an operation is, how a product declares its own, and the envelope that answers come in."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pipeline.emulator.http.fields import Call, JsonObject
from pipeline.emulator.state.emulation import Emulation


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold an answer that is not just a 200 with a body."""

    status: int
    body: JsonObject
    headers: Mapping[str, str]


Handle = Callable[[Emulation, Call], JsonObject | Answer]
AnyHandle = TypeVar("AnyHandle", bound=Handle)


@dataclass(frozen=True, slots=True)
class Operation:
    """Name one of the provider's operations, where it lives, and what answers it.

    `long_errors` are those of the AIM pages, which repeat the message as `error_message`; an open
    operation asks for no credentials; one of IAM takes tokens that are for no project, too, and is
    not limited by the gateway's rate.
    """

    name: str
    method: str
    path: str
    handle: Handle
    long_errors: bool = True
    is_open: bool = False
    is_of_iam: bool = False


class Operations:
    """Hold a product's operations; each is declared above the function that answers it.

    `long_errors` holds for every operation that does not say otherwise.
    """

    def __init__(self, *, long_errors: bool = True) -> None:
        self._long_errors = long_errors
        self._declared: list[Operation] = []

    def __iter__(self) -> Iterator[Operation]:
        return iter(self._declared)

    def add(
        self, name: str, method: str, path: str, **traits: bool
    ) -> Callable[[AnyHandle], AnyHandle]:
        """Declare that the function below answers an operation; `traits` are Operation's own."""

        def declare(handle: AnyHandle) -> AnyHandle:
            said = {"long_errors": self._long_errors, **traits}
            self._declared.append(Operation(name, method, path, handle, **said))
            return handle

        return declare


def success(**more: object) -> JsonObject:
    """Return the envelope of an answer that went well, with its data if there are any."""
    return {"status": "200", "message": "success", **more}
