"""Schedules of a campaign on a desk, and places of a test's own to write them to."""

import re
from datetime import UTC, tzinfo
from pathlib import Path

from pipeline.runner.scheduling.jobs import Schedule, Wish, made_schedule
from pipeline.runner.scheduling.places import Places
from pipeline.settings import load_campaign
from tests.support.command import Desk

NOW = 1_790_000_000.0
"""A day in September 2026, when it is summer in Europe."""

REAL = "https://koomessage.myhuaweicloud.cn"

OWN_STORE = 'store = "accounts"'
"""Keeps a test out of its user's home."""

_CRONTAB = """#!/bin/sh
file='{file}'
case "$1" in
-l) [ -e "$file" ] || {{ echo "no crontab for $LOGNAME" >&2; exit 1; }}; cat "$file" ;;
-) cat >"$file" ;;
esac
"""


def a_schedule(
    folder: Path, wish: Wish | None = None, limits: str = "", extra: str = "", name: str = "members"
) -> Schedule:
    """Write a campaign of a real account into a folder, and say what is run for it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = Desk(folder).write_campaign(name=name, endpoint=REAL, settle_s=1200, extra=extra)
    text = file.read_text(encoding="utf-8").replace("[limits]\n", f"[limits]\n{limits}\n")
    file.write_text(text.replace("[account]\n", f"[account]\n{OWN_STORE}\n"), encoding="utf-8")
    return made_schedule(load_campaign(file, NOW), wish or Wish("20:30"), rehearsal=False)


def own_places(folder: Path, zone: tzinfo = UTC) -> Places:
    """Return places below a folder, with a crontab that is a file there."""
    crontab = folder / "bin" / "crontab"
    crontab.parent.mkdir(parents=True, exist_ok=True)
    crontab.write_text(_CRONTAB.format(file=folder / "crontab.txt"), encoding="utf-8")
    crontab.chmod(0o700)
    return Places(
        units=folder / "units",
        logrotate=folder / "logrotate.d",
        crontab=(str(crontab),),
        systemctl=(),
        is_system=True,
        zone=zone,
    )


def crontab_of(folder: Path) -> str:
    """Return what stands in the crontab of own_places."""
    return (folder / "crontab.txt").read_text(encoding="utf-8")


def jobs_in(lines: str) -> dict[str, list[str]]:
    """Return what cron gives to a shell, by the command of koosend that is called in it.

    cron takes the backslash before a % away.
    """
    found: dict[str, list[str]] = {}
    for line in lines.splitlines():
        if line[:1].isdigit():
            line_read = line.split(" ", 5)[5].replace("\\%", "%")
            called = re.search(r"/koosend (nightly|reconcile|backup|purge) ", line_read)
            assert called, line
            found.setdefault(called[1], []).append(line_read)
    return found
