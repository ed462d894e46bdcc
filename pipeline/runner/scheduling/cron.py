"""A campaign's jobs as lines of a crontab, between two lines that say whose they are."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.core.errors import UsageError
from pipeline.core.times import CHINA
from pipeline.language import Words, filled
from pipeline.runner.scheduling.jobs import Job, Schedule

_BEGIN = "# koosend begin: "
_END = "# koosend end: "
_SETTING = re.compile(r"\s*(SHELL|MAILTO|CRON_TZ)\s*=\s*(.*?)\s*")
_COMMAND_BYTES_MAX = 998
"""What Vixie's cron, Debian's among them, reads of a command."""

_MAILED_LINES = 20


@dataclass(frozen=True, slots=True)
class LocalTime:
    """When a time of China's day is on this machine; offset is its zone's then: +0100."""

    hour: int
    minute: int
    offset: str


def local_times(at_s: int, zone: tzinfo, now: float) -> tuple[LocalTime, ...]:
    """Return when a time of China's day is on a machine within a year: summer time makes two."""
    first = datetime.fromtimestamp(now, CHINA).replace(
        hour=at_s // 3600, minute=at_s % 3600 // 60, second=0, microsecond=0
    )
    days = ((first + timedelta(days=day)).astimezone(zone) for day in range(366))
    found = dict.fromkeys(LocalTime(day.hour, day.minute, f"{day:%z}"[:5]) for day in days)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Crontab:
    """The lines of one campaign among a user's crontab, which stays as it is around them."""

    text: str

    def without(self, campaign: Path) -> str:
        """Return the text without a campaign's lines."""
        before, own, after = self._parted(campaign)
        return before + after if own else self.text

    def with_lines(self, schedule: Schedule, zone: tzinfo, now: float) -> str:
        """Return the text with a campaign's lines where its former ones stood, or at the end."""
        before, _, after = self._parted(schedule.campaign.file)
        if before and not before.endswith("\n"):
            before += "\n"
        return before + cron_lines(schedule, zone, now, _settings(before)) + after

    def _parted(self, campaign: Path) -> tuple[str, str, str]:
        """Part it into what stands before a campaign's lines, these, and what stands behind.

        A begin without its end is no block: what stands behind it may be anybody's.
        """
        lines = self.text.splitlines(keepends=True)
        marks = [line.rstrip("\r\n") for line in lines]
        begin, end = f"{_BEGIN}{campaign}", f"{_END}{campaign}"
        if begin not in marks or end not in marks[marks.index(begin) :]:
            return self.text, "", ""
        first = marks.index(begin)
        behind = marks.index(end, first) + 1
        return "".join(lines[:first]), "".join(lines[first:behind]), "".join(lines[behind:])


def _settings(before: str) -> Mapping[str, str]:
    """Return what lines of a crontab set for all that stands below them."""
    found = (_SETTING.fullmatch(line) for line in before.splitlines())
    return {shape[1]: shape[2] for shape in found if shape}


def cron_lines(
    schedule: Schedule, zone: tzinfo, now: float, before: Mapping[str, str] | None = None
) -> str:
    """Write a campaign's lines. before is what the crontab sets above them: it holds again below.

    Raises UsageError for a line that is longer than cron reads, and where the crontab sets a zone
    and the machine's has no name.
    """
    campaign = schedule.campaign
    times = local_times(schedule.at_s, zone, now)
    held = {"SHELL": "/bin/sh", "MAILTO": schedule.user.pw_name, **(before or {})}
    sets = {"SHELL": "/bin/sh", **({"MAILTO": schedule.mail} if schedule.mail else {})}
    if "CRON_TZ" in held:  # cronie's: what stands below goes by another zone than the machine's
        sets["CRON_TZ"] = _name_of(zone)
    lines = [
        f"{_BEGIN}{campaign.file}",
        *([f"# {schedule.marks.text}"] if schedule.marks else []),
        *_about(schedule, times, zone),
        *(f"{name}={value}" for name, value in sets.items()),
        *(line for job in schedule.jobs for line in _lines(schedule, job, (zone, now))),
        *(f"{name}={held[name]}" for name, value in sets.items() if held[name] != value),
        f"{_END}{campaign.file}",
    ]
    return "\n".join(lines) + "\n"


def _name_of(zone: tzinfo) -> str:
    if isinstance(zone, ZoneInfo) and not zone.key:
        raise UsageError(
            Words(
                "the crontab sets CRON_TZ above these lines, and this machine's zone has no name "
                "that could be set for them: take CRON_TZ away, or use --for systemd"
            ),
            "KS0221",
        )
    return str(zone)


def _about(schedule: Schedule, times: tuple[LocalTime, ...], zone: tzinfo) -> Iterator[str]:
    campaign = schedule.campaign
    here = " or ".join(f"{time.hour:02}:{time.minute:02}" for time in times)
    named = f" ({zone.key})" if isinstance(zone, ZoneInfo) and zone.key else ""
    yield f"# Campaign {campaign.name}: {schedule.at_text} in China is {here} here{named}."
    if len(times) > 1:
        yield "# The clock here changes: the line that is not for today's offset ends at once."
    yield "# Exit 75: run again later; the next night goes on with it. 79: a person must decide."
    yield f"# A monitor may ask: koosend status {shlex.quote(str(campaign.file))} --check"
    if schedule.variables:
        yield f"# The secrets: {schedule.env_file}"
    if not schedule.mail:
        yield "# A failure is mailed as this crontab's MAILTO says, else to its owner."


def _lines(schedule: Schedule, job: Job, here: tuple[tzinfo, float]) -> Iterator[str]:
    """Write a job's lines: one, or one for each offset of the machine's zone, as of now."""
    if job.at_s is None:
        yield f"{schedule.hourly_minute} * * * * {_command(schedule, job, '')}"
        return
    times = local_times(job.at_s, *here)
    for time in times:
        offset = time.offset if len(times) > 1 else ""
        yield f"{time.minute} {time.hour} * * * {_command(schedule, job, offset)}"


def _command(schedule: Schedule, job: Job, offset: str) -> str:
    """Write what /bin/sh is given: its first word names campaign and command in a mail's subject.

    A log's times are China's, by a zone that needs no database.
    """
    campaign = schedule.campaign
    words = " ".join(shlex.quote(word) for word in (str(schedule.koosend), *job.words))
    called = f'[ ! -e "$env" ] || {{ set -a; . "$env"; set +a; }}; exec {words}'
    parts = [
        f"job={shlex.quote(f'{campaign.name} {job.name}')}",
        *([f'[ "$(unset TZ; date +%z)" = {offset} ] || exit 0'] if offset else []),
        f"log={shlex.quote(str(schedule.log))}",
        f"env={shlex.quote(str(schedule.env_file))}",
        'umask 077; mkdir -p "${log%/*}"',
        "now() { TZ=CST-8 date '+%F %T'; }",
        _spoken(called) if job.is_quiet else _logged(called),
    ]
    command = "; ".join(parts).replace("%", "\\%")  # cron reads a bare % as a line end
    if len(command.encode()) > _COMMAND_BYTES_MAX:
        raise UsageError(
            filled(
                "the line for {job} is longer than the {most} bytes that cron reads: put "
                "the campaign file and its state folder under shorter paths, or use --for "
                "systemd",
                job=job.name,
                most=str(_COMMAND_BYTES_MAX),
            ),
            "KS0221",
        )
    return command


def _logged(called: str) -> str:
    """Log all that a command says as it says it; of a failure, the last lines go to the mail."""
    told = f'{{ echo "$(now) $job: begins"; ({called}); code=$?; echo "$(now) $job: exit $code"; }}'
    failed = f'tail -n {_MAILED_LINES} "$log"; exit "$code"'
    return f'code=73; {told} >>"$log" 2>&1; [ "$code" = 0 ] || {{ {failed}; }}'


def _spoken(called: str) -> str:
    """Log and mail what a command says, if it says anything."""
    told = 'printf "%s\\n" "$(now) $job: exit $code" "$said" | tee -a "$log"'
    return f'said=$( {{ {called}; }} 2>&1 ); code=$?; [ -z "$said" ] || {told}; exit "$code"'
