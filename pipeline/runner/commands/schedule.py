"""`schedule`: show, write or take away what runs a campaign every night."""

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path

from pipeline.core.errors import UsageError
from pipeline.language import COLON, Words, filled, joined, listed
from pipeline.runner.scheduling.cron import Crontab, cron_lines
from pipeline.runner.scheduling.jobs import Schedule
from pipeline.runner.scheduling.places import (
    SYSTEMD_RUNS,
    Places,
    read_crontab,
    tell_systemd,
    write_crontab,
)
from pipeline.runner.scheduling.systemd import store_of, unit_name, units
from pipeline.runner.scheduling.variables import make_env, unfilled
from pipeline.runner.scheduling.writing import (
    make_folder,
    own_files,
    refuse_taken,
    remove_file,
    rotation,
    write_file,
)
from pipeline.settings import Campaign


class Kind(StrEnum):
    """What starts the jobs."""

    SYSTEMD = "systemd"
    CRON = "cron"


def usual_kind() -> Kind:
    """Return what starts jobs on this machine."""
    return Kind.SYSTEMD if SYSTEMD_RUNS.is_dir() else Kind.CRON


def shown(schedule: Schedule, kind: Kind, places: Places, now: float) -> str:
    """Return what `install` would write, and write nothing.

    Raises UsageError where the environment file is not fit for secrets, or a line is too long.
    """
    _refuse_late(schedule, kind)
    missing = unfilled(schedule)
    parts = [f"# {schedule.marks.text}"] if schedule.marks else []
    if kind is Kind.CRON:
        parts.append(cron_lines(schedule, places.zone, now))
        parts.append(_commented(f"{_rotation_file(schedule)}:\n{rotation(schedule)}"))
    else:
        made = units(schedule, is_system=places.is_system)
        parts += [f"# ---- {places.units / name}\n{text}" for name, text in made.items()]
    if missing:
        parts.append(
            f"# {schedule.env_file} must hold {_listed(missing)}; --install makes it, to fill in."
        )
    parts.append("# This was only shown. To write it: the same command with --install")
    return "\n".join(part.rstrip("\n") for part in parts) + "\n"


def install(schedule: Schedule, kind: Kind, places: Places, now: float) -> Iterator[str]:
    """Write what starts a campaign's jobs, in place of what was written for it before.

    Yields a sentence for each thing that was done, and then for each that is left to do. Raises
    UsageError before anything is written where something would not be fit, and ReportUnwritable.
    """
    _refuse_late(schedule, kind)
    unfilled(schedule)
    crontab = read_crontab(places)
    if kind is Kind.CRON:
        lines = _lines_to_write(schedule, places, crontab, now)
        write = partial(_install_lines, schedule, places, lines, crontab)
    else:
        made = _units_to_write(schedule, places)
        write = partial(_install_units, schedule, places, made, crontab)
    for folder in (schedule.campaign.state, schedule.logs, store_of(schedule)):
        make_folder(folder, schedule)
    made_it = make_env(schedule)
    yield joined(
        Words("Made") if made_it else Words("Kept as it was"), COLON, str(schedule.env_file)
    )
    yield from write()
    if missing := unfilled(schedule):
        yield filled(
            "Next: fill in {missing} in {env_file}",
            missing=_listed(missing),
            env_file=schedule.env_file,
        )
    yield filled("Then:  koosend check {file}", file=shlex.quote(str(schedule.campaign.file)))


def remove(campaign: Campaign, places: Places) -> Iterator[str]:
    """Take away whatever was installed for a campaign; what it kept, and its secrets, stay.

    Yields a sentence for each thing that was done. Raises ReportUnwritable.
    """
    done = [
        *_unmake_lines(campaign, places, read_crontab(places)),
        *_unmake_units(campaign, places, ()),
    ]
    yield from done or [filled("Nothing was installed for {file}", file=campaign.file)]


def _refuse_late(schedule: Schedule, kind: Kind) -> None:
    if schedule.is_late and kind is Kind.CRON:
        raise UsageError(
            Words(
                "--late is for systemd: cron makes up for no night that the machine slept through"
            ),
            "KS0221",
        )


def _slug(schedule: Schedule) -> str:
    return f"koosend-{schedule.slug}"


def _rotation_file(schedule: Schedule) -> str:
    return f"/etc/logrotate.d/{_slug(schedule)}"


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return filled("{others} and {last}", others=listed(others), last=last) if others else last


def _commented(text: str) -> str:
    return "".join(f"# {line}".rstrip() + "\n" for line in text.splitlines())


def _lines_to_write(schedule: Schedule, places: Places, crontab: str | None, now: float) -> str:
    if crontab is None:
        raise UsageError(
            Words("there is no command crontab here: install cron, or say --for systemd"), "KS0221"
        )
    if places.logrotate is not None:
        refuse_taken(places.logrotate / _slug(schedule), schedule.campaign)
    return Crontab(crontab).with_lines(schedule, places.zone, now)


def _install_lines(
    schedule: Schedule, places: Places, lines: str, crontab: str | None
) -> Iterator[str]:
    yield from _unmake_units(schedule.campaign, places, ())
    if lines != crontab:
        write_crontab(places, lines)
    yield filled(
        "Written: the lines of {file} in {pw_name}'s crontab",
        file=schedule.campaign.file,
        pw_name=schedule.user.pw_name,
    )
    yield filled("Log: {log}", log=schedule.log)
    text = rotation(schedule)
    if places.logrotate is None:
        yield filled(
            "Next: let root write this to {schedule}, or the log only grows:",
            schedule=_rotation_file(schedule),
        )
        yield from (f"    {line}" for line in text.splitlines())
        return
    wanted = places.logrotate / _slug(schedule)
    yield from _removed(
        file for file in own_files(places.logrotate, schedule.campaign) if file != wanted
    )
    write_file(wanted, text)
    yield filled("Written: {file}", file=wanted)


def _units_to_write(schedule: Schedule, places: Places) -> Mapping[str, str]:
    made = units(schedule, is_system=places.is_system)
    for name in made:
        refuse_taken(places.units / name, schedule.campaign)
    return made


def _install_units(
    schedule: Schedule, places: Places, made: Mapping[str, str], crontab: str | None
) -> Iterator[str]:
    yield from _unmake_lines(schedule.campaign, places, crontab)
    yield from _unmake_units(schedule.campaign, places, tuple(made))
    for name, text in made.items():
        write_file(places.units / name, text)
        yield filled("Written: {file}", file=places.units / name)
    yield from _started(schedule, places)


def _removed(files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        remove_file(file)
        yield filled("Removed: {file}", file=file)


def _unmake_lines(campaign: Campaign, places: Places, crontab: str | None) -> Iterator[str]:
    left = Crontab(crontab or "").without(campaign.file)
    if crontab is not None and left != crontab:
        write_crontab(places, left)
        yield filled("Removed: the lines of {file} in the crontab", file=campaign.file)
    yield from _removed(own_files(places.logrotate, campaign) if places.logrotate else ())


def _unmake_units(campaign: Campaign, places: Places, kept: Sequence[str]) -> Iterator[str]:
    """Take away a campaign's units but those of these names, which are written anew."""
    stale = [file for file in own_files(places.units, campaign) if file.name not in kept]
    timers = [file.name for file in stale if file.suffix == ".timer"]
    if timers:
        tell_systemd(places, "disable", "--now", *timers)
    yield from _removed(stale)
    if stale:
        tell_systemd(places, "daemon-reload")


def _started(schedule: Schedule, places: Places) -> Iterator[str]:
    """Start the timers, or say how; a changed one counts only once it is started anew."""
    timers = [f"{unit_name(schedule, job)}.timer" for job in schedule.jobs]
    orders = (("daemon-reload",), ("enable", *timers), ("restart", *timers))
    if all(tell_systemd(places, *order) for order in orders):
        yield filled("Started: {timers}", timers=_listed(timers))
    else:
        systemctl = "systemctl" if places.is_system else "systemctl --user"
        for order in orders:
            yield filled("Next: {command}", command=f"{systemctl} {' '.join(order)}")
    if not places.is_system:
        name = schedule.user.pw_name
        yield filled(
            "Next: loginctl enable-linger {name}   (else all ends when {name} logs out)", name=name
        )
    journal = "journalctl" if places.is_system else "journalctl --user"
    yield filled(
        "Log: {journal} --unit={schedule}",
        journal=journal,
        schedule=unit_name(schedule, schedule.jobs[0]),
    )
