"""Hold what each command loads before it works: what only shows must not wait for what sends."""

import subprocess
import sys

import click
import pytest

from pipeline.cli.main import koosend

HEAVY = ("pandas", "aiohttp", "openpyxl", "pipeline.emulator")

LOADS: dict[str, set[str]] = {
    "demo": set(),
    "status": set(),
    "runs": set(),
    "explain": set(),
    "explain-error": set(),
    "verify": set(),
    "drop": {"pandas", "aiohttp", "openpyxl"},
    "pause": set(),
    "resume": set(),
    "stop": set(),
    "limit": set(),
    "purge": set(),
    "erase": set(),
    "schedule": set(),
    "notify": set(),
    "nightly": {"pandas", "aiohttp", "openpyxl"},
    "backup": set(),
    "restore": set(),
    "suppress": {"pandas"},
    "report": {"pandas", "openpyxl"},
    "doubts": {"pandas", "aiohttp", "openpyxl"},
    "init": {"pandas", "aiohttp"},
    "check": {"pandas", "aiohttp"},
    "run": {"pandas", "aiohttp", "openpyxl"},
    "reconcile": {"pandas", "aiohttp", "openpyxl"},
    "rerun": {"pandas", "aiohttp", "openpyxl"},
    "probe": {"aiohttp"},
    "receipts": {"aiohttp"},
    "serve": {"aiohttp"},
    "emulator": {"aiohttp", "pipeline.emulator"},
}
"""The heavy modules that a command may have loaded once it is found."""


def test_every_command_has_its_line() -> None:
    assert set(LOADS) == set(koosend.list_commands(click.Context(koosend)))


@pytest.mark.parametrize("command", LOADS)
def test_a_command_loads_no_more_than_its_line_says(command: str) -> None:
    code = (
        "import sys, click; from pipeline.cli.main import koosend\n"
        f"assert koosend.get_command(click.Context(koosend), {command!r}) is not None\n"
        f"print(*(one for one in {HEAVY} if one in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert set(done.stdout.split()) <= LOADS[command]
