"""Hold what koosend can do against a list: moving a room must not lose what stood in it.

python -m tests.house.test_capabilities writes the list anew, which is only right where something
was added, or taken away on purpose.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click
import msgspec

from pipeline.cli.main import koosend
from pipeline.core.errors import Exit
from pipeline.core.outcome import Outcome
from pipeline.emulator.app import _MODULES
from pipeline.settings.keys import CampaignFile

LIST = Path(__file__).with_name("capabilities.txt")


def capabilities() -> list[str]:
    """Return a line for each command, option, campaign key, outcome, exit code and operation."""
    return sorted({*_commands(), *_keys("", CampaignFile), *_others()})


def _commands() -> Iterator[str]:
    context = click.Context(koosend)
    for name in koosend.list_commands(context):
        command = koosend.get_command(context, name)
        assert command is not None
        for parameter in command.params:
            words = " ".join((*parameter.opts, *parameter.secondary_opts))
            yield f"command {name} {words}"


def _keys(place: str, kind: object) -> Iterator[str]:
    for struct in _structs(kind):
        for field in msgspec.structs.fields(struct):
            key = f"{place}{field.encode_name}"
            yield f"key {key}"
            yield from _keys(f"{key}.", field.type)


def _structs(kind: object) -> Iterator[type[msgspec.Struct]]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
    for part in get_args(kind):
        yield from _structs(part)


def _others() -> Iterator[str]:
    yield from (f"outcome {one}" for one in Outcome)
    yield from (f"exit {code.value} {code.name}" for code in Exit)
    for module in _MODULES:
        for operation in module.OPERATIONS:
            yield f"operation {operation.name} {operation.method} {operation.path}"


def test_nothing_that_koosend_can_do_was_lost_or_added_unsaid() -> None:
    assert capabilities() == LIST.read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    LIST.write_text("\n".join(capabilities()) + "\n", encoding="utf-8")
