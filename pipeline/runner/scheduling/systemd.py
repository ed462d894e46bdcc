"""A campaign's jobs as units for systemd: for each a service that may do little, and its timer."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.runner.scheduling.jobs import Job, Schedule, clock_text
from pipeline.runner.session.store_folder import store_folder
from pipeline.settings import Campaign

HEADER = "# koosend schedule of "
_HOMES = ("/home", "/root", "/run/user")
_TEMPORARY = ("/tmp", "/var/tmp")  # noqa: S108 -- what a unit is shut out of, not where we write
_STOP_S = 180
"""Answers under way are awaited for a minute; then the reports of a large run are written."""

_MAIL_LINES = 20
_MAIL = (
    'unit=$1; code=$(systemctl{user} show --property=ExecMainStatus --value "$unit"); {{ '
    'printf "To: %s\\nSubject: %s: %s failed, exit %s\\n\\n" "$2" "$3" "$unit" "$code"; '
    'journalctl{user} --quiet --unit="$unit" --lines={lines} --output=short-iso; '
    "}} | /usr/sbin/sendmail -t"
)


def units(schedule: Schedule, *, is_system: bool) -> Mapping[str, str]:
    """Write the units of a campaign, by the names of their files.

    is_system: of the machine, started by root for a user; else the user's own, which systemd
    cannot shut in as well.
    """
    made: dict[str, str] = {}
    for job in schedule.jobs:
        name = unit_name(schedule, job)
        made[f"{name}.service"] = _joined(_service(schedule, job, is_system=is_system))
        made[f"{name}.timer"] = _joined(_timer(schedule, job))
    if schedule.mail:
        made[f"{_mailer(schedule)}@.service"] = _joined(_mail(schedule, is_system=is_system))
    return made


def unit_name(schedule: Schedule, job: Job) -> str:
    """Return the name of a job's units, without what tells service and timer apart."""
    run = f"koosend-{schedule.slug}"
    return run if job.name == "nightly" else f"{run}-{job.name}"


def header(campaign: Campaign) -> str:
    """Return the line by which a unit is known to be a campaign's."""
    return f"{HEADER}{campaign.file}"


def _joined(lines: Iterator[str]) -> str:
    return "\n".join(lines) + "\n"


def _head(schedule: Schedule, job: str) -> Iterator[str]:
    yield header(schedule.campaign)
    if schedule.marks:
        yield f"# {schedule.marks.text}"
    yield "[Unit]"
    yield f"Description=koosend {job}: {_specified(schedule.campaign.name)}"


def _service(schedule: Schedule, job: Job, *, is_system: bool) -> Iterator[str]:
    yield from _head(schedule, job.name)
    if is_system:
        yield from ("Wants=network-online.target", "After=network-online.target")
    if schedule.mail:
        yield f"OnFailure={_mailer(schedule)}@%N.service"
    yield ""
    yield "[Service]"
    yield "Type=oneshot"
    if is_system:
        yield f"User={schedule.user.pw_name}"
    yield f"EnvironmentFile=-{_specified(str(schedule.env_file))}"
    yield f"ExecStart={' '.join(map(_argument, (str(schedule.koosend), *job.words)))}"
    yield f"SyslogIdentifier={unit_name(schedule, job)}"
    yield "# 75: work is left, the next start goes on with it. 79 is for a person: a failure."
    yield "SuccessExitStatus=75"
    yield "KillMode=control-group"
    yield f"TimeoutStopSec={_STOP_S}"
    yield "UMask=0077"
    yield "NoNewPrivileges=yes"
    if is_system:
        yield from _shut_in(schedule)


def _shut_in(schedule: Schedule) -> Iterator[str]:
    """Say what the service may see and write: all is read-only but what koosend keeps."""
    paths = _paths(schedule)
    if _within(paths, _TEMPORARY):
        yield "# A path of the campaign lies in the temporary folder, which the service must see."
        yield "PrivateTmp=no"
    else:
        yield "PrivateTmp=yes"
    yield "ProtectSystem=strict"
    if _within(paths, _HOMES):
        yield "# A path of the campaign lies in a home: homes are seen, and can not be written to"
        yield "# but where ReadWritePaths says so."
        yield "ProtectHome=read-only"
    else:
        yield "ProtectHome=yes"
    yield "# The state folder, its neighbours of the same account, the account's store, and what"
    yield "# else the campaign has written."
    for folder in writable(schedule):
        yield f"ReadWritePaths={_quoted(f'-{folder}')}"


def writable(schedule: Schedule) -> tuple[Path, ...]:
    """Return the folders that a night writes to.

    Campaigns of one account read each other's ledgers, which takes a writable folder: where a
    folder of the user's own holds the state folder, its neighbours are among them.
    """
    campaign = schedule.campaign
    state = campaign.state
    journal = campaign.emulator.journal if campaign.account.is_emulator else ""
    around = [state.parent] if _is_own(schedule, state.parent) else [state]
    textfile = campaign.metrics.textfile if campaign.metrics is not None else ""
    files = [Path(file).parent for file in (journal, textfile) if file]
    brought = filter(None, (campaign.schedule.backup_to, campaign.report.deliver_to))
    folders = (*around, store_of(schedule), *files, *map(Path, brought))
    return tuple(
        one for one in dict.fromkeys(folders) if not any(up in folders for up in one.parents)
    )


def store_of(schedule: Schedule) -> Path:
    """Return the folder of what is known of the campaign's account, as it is for the user."""
    account, state = schedule.campaign.account, schedule.campaign.state
    home = {"XDG_STATE_HOME": f"{schedule.user.pw_dir}/.local/state"}
    return store_folder(account.store, account.origin, state, home)


def _is_own(schedule: Schedule, folder: Path) -> bool:
    """Tell whether a folder is the user's own and holds less than a home does."""
    user = schedule.user
    try:
        owner = folder.stat().st_uid
    except OSError:
        return False
    return owner == user.pw_uid != 0 and not Path(user.pw_dir).is_relative_to(folder)


def _paths(schedule: Schedule) -> tuple[Path, ...]:
    """Return every path that a night goes to, as far as the campaign names it."""
    campaign = schedule.campaign
    named = (
        *(campaign.account.ca_file, campaign.emulator.world, campaign.emulator.faults),
        *campaign.screening.suppress_files,
        campaign.screening.allow_file,
        campaign.notify.urls_file,
    )
    marker = campaign.source.done_marker
    return (
        *(campaign.file, campaign.source.path, schedule.env_file, schedule.koosend),
        *(schedule.koosend.resolve(), *writable(schedule)),
        *(Path(one) for one in named if one),
        *([marker] if marker else []),
    )


def _within(paths: tuple[Path, ...], folders: tuple[str, ...]) -> bool:
    return any(path.is_relative_to(folder) for path in paths for folder in folders)


def _timer(schedule: Schedule, job: Job) -> Iterator[str]:
    yield from _head(schedule, job.name)
    yield ""
    yield "[Timer]"
    if job.at_s is None:
        yield f"OnCalendar=*-*-* *:{schedule.hourly_minute:02}:00"
    else:
        yield f"OnCalendar=*-*-* {clock_text(job.at_s)}:00 Asia/Shanghai"
    yield "AccuracySec=1s"
    yield from _missed(schedule, job)
    yield ""
    yield "[Install]"
    yield "WantedBy=timers.target"


def _missed(schedule: Schedule, job: Job) -> Iterator[str]:
    before = schedule.campaign.schedule.start_before
    if job.at_s is None:
        yield "Persistent=false"
    elif job.name != "nightly":
        yield "# Whenever the machine is there again: nobody gets a message by it."
        yield "Persistent=true"
    elif before:
        yield f"# A night that the machine slept through is made up for before {before}, or not"
        yield "# at all: [schedule] start_before."
        yield "Persistent=true"
    elif schedule.is_late:
        yield "# A night that the machine slept through is made up for, however late."
        yield "Persistent=true"
    else:
        yield "# A night that the machine slept through is left out: nobody gets a message at dawn."
        yield "Persistent=false"


def _mailer(schedule: Schedule) -> str:
    return f"koosend-{schedule.slug}-mail"


def _mail(schedule: Schedule, *, is_system: bool) -> Iterator[str]:
    """Write the service that mails the last lines of another, which its instance names."""
    script = _MAIL.format(user="" if is_system else " --user", lines=_MAIL_LINES)
    words = ("/bin/sh", "-c", script, "sh", "%i.service", schedule.mail, schedule.campaign.name)
    shown = [word if word == "%i.service" else _argument(word) for word in words]
    yield from _head(schedule, "mail")
    yield ""
    yield "[Service]"
    yield "Type=oneshot"
    yield f"ExecStart={' '.join(shown)}"


def _specified(text: str) -> str:
    """Return a text in which no specifier of systemd is seen: %N and the like."""
    return text.replace("%", "%%")


def _quoted(word: str) -> str:
    """Return one of several words as systemd reads it: quoted, no specifier in it."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_specified(escaped)}"'


def _argument(word: str) -> str:
    """Return a word of a command line, in which systemd would also fill in variables."""
    return _quoted(word).replace("$", "$$")
