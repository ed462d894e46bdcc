"""What one emulator is started with."""

from dataclasses import dataclass
from pathlib import Path


class SetupError(Exception):
    """Say why an emulator cannot start as it was asked to."""


@dataclass(frozen=True, slots=True)
class EmulatorOptions:
    """Hold what the command line can say.

    `port` 0 takes a free one, `rate` is calls per second and 0 means no limit, `world` replaces
    keys of the default world, `faults` says what goes wrong. `link_lifetime_s` and
    `report_timeout_s` shrink days to seconds, `token_lifetime_s` the 24 h of a token.
    """

    port: int = 0
    seed: int = 7
    journal: Path | None = None
    rate: int = 0
    world: Path | None = None
    link_lifetime_s: float | None = None
    report_timeout_s: float | None = None
    parent_pid: int | None = None
    fsync: bool = False
    token_lifetime_s: float | None = None
    faults: Path | None = None
