"""Where schedules are written: a user's crontab, folders of systemd and logrotate."""

import os
import pwd
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.children import ToolDone, call_tool
from pipeline.core.errors import UsageError
from pipeline.core.text import brief
from pipeline.language import filled

SYSTEMD_RUNS = Path("/run/systemd/system")
"""There where systemd is the machine's first process: see sd_booted(3)."""

_LOCAL_TIME = Path("/etc/localtime")
_ERROR_CHARS = 200


@dataclass(frozen=True, slots=True)
class Places:
    """Where one user's schedules are written.

    crontab and systemctl are command lines, systemctl empty where nothing runs that it speaks to.
    logrotate is None where only root could write there. is_system: units are the machine's. zone
    is the one that cron goes by.
    """

    units: Path
    logrotate: Path | None
    crontab: Sequence[str]
    systemctl: Sequence[str]
    is_system: bool
    zone: tzinfo


def places_of(user: pwd.struct_passwd, environ: Mapping[str, str]) -> Places:
    """Say where a user's schedules are written, for whoever calls."""
    runs = SYSTEMD_RUNS.is_dir() and shutil.which("systemctl") is not None
    if os.geteuid() == 0:
        return Places(
            units=Path("/etc/systemd/system"),
            logrotate=Path("/etc/logrotate.d"),
            crontab=("crontab", "-u", user.pw_name),
            systemctl=("systemctl",) if runs else (),
            is_system=True,
            zone=machine_zone(),
        )
    config = environ.get("XDG_CONFIG_HOME", "")
    folder = Path(config) if config.startswith("/") else Path(user.pw_dir) / ".config"
    return Places(
        units=folder / "systemd" / "user",
        logrotate=None,
        crontab=("crontab",),
        systemctl=("systemctl", "--user") if runs else (),
        is_system=False,
        zone=machine_zone(),
    )


def machine_zone(file: Path = _LOCAL_TIME) -> tzinfo:
    """Return the zone that cron goes by: the machine's, whatever TZ says to whoever calls."""
    try:
        with file.open("rb") as stream:
            name = str(file.resolve()).partition("zoneinfo/")[2]
            return ZoneInfo.from_file(stream, key=name or None)
    except (OSError, ValueError):
        return UTC


def read_crontab(places: Places) -> str | None:
    """Return a user's crontab, empty where there is none; None where there is no cron.

    Raises UsageError where it cannot be read.
    """
    if shutil.which(places.crontab[0]) is None:
        return None
    done = call_tool([*places.crontab, "-l"])
    # Vixie's cron and cronie say the one, busybox the other.
    if done.code and not any(word in done.err for word in (b"no crontab for", b"can't open")):
        raise _refused(places, done)
    return "" if done.code else done.out.decode("utf-8", "surrogateescape")


def write_crontab(places: Places, text: str) -> None:
    """Put a text in the place of a user's crontab. Raises UsageError where cron refuses it."""
    done = call_tool([*places.crontab, "-"], text.encode("utf-8", "surrogateescape"))
    if done.code:
        raise _refused(places, done)


def tell_systemd(places: Places, *words: str) -> bool:
    """Give systemd an order; tell whether it was taken."""
    return bool(places.systemctl) and call_tool([*places.systemctl, *words]).code == 0


def _refused(places: Places, done: ToolDone) -> UsageError:
    why = brief(done.err.decode("utf-8", "replace").strip(), _ERROR_CHARS) or f"exit {done.code}"
    return UsageError(
        filled(
            "{crontab} failed: {why}; the crontab is as it was",
            crontab=" ".join(places.crontab),
            why=why,
        ),
        "KS0221",
    )
