"""The command group, its entry point, and how a signal ends it."""

import io
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import FrameType

import click

from pipeline.children import forbid_core_dumps
from pipeline.cli.terminal.output import (
    complain,
    complain_of,
    hint_at,
    say_text,
    secure_streams,
)
from pipeline.cli.terminal.speech import OPTION, language_for, speaking, without_lang
from pipeline.cli.terminal.translated import translated
from pipeline.core.errors import Exit, Interrupted, KoosendError, UsageError
from pipeline.language import Language, Text, Words, complaint, filled
from pipeline.process import called


class Terminated(KeyboardInterrupt):
    """Say that SIGTERM or SIGHUP ended the command, as Ctrl-C would."""

    exit_code = Exit.TERMINATED


def heed_termination() -> None:
    """Let SIGTERM and SIGHUP end the command as Ctrl-C does, but with the code of SIGTERM.

    SIGHUP is what a command gets when its terminal or cron's shell goes away; where it is
    ignored, as under nohup, it stays ignored, and so it is by what works for long. While requests
    are under way the session listens in our place and waits for their answers.
    """
    signal.signal(signal.SIGTERM, _end)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _end)


def _end(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise Terminated


_COMMANDS = (
    "demo",
    "init",
    "check",
    "probe",
    "schedule",
    "nightly",
    "notify",
    "run",
    "rerun",
    "pause",
    "resume",
    "stop",
    "limit",
    "drop",
    "reconcile",
    "doubts",
    "status",
    "runs",
    "explain",
    "explain-error",
    "verify",
    "report",
    "backup",
    "restore",
    "suppress",
    "purge",
    "erase",
    "receipts",
    "serve",
    "emulator",
)
"""Each is a module of its name, loaded when it is asked for."""


_OUTLIVE = frozenset({"run", "rerun", "reconcile", "nightly", "serve"})
"""What a hangup does not end, nor the processes that these start.

Whoever rotates logs sends one as well. A log is looked at before each line, so that nothing else is
to be done.
"""


def _begin(name: str, context: click.Context) -> None:
    """Say which command this is, and what ends it, until it is over."""
    context.call_on_close(called(name))
    if name in _OUTLIVE:
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        context.call_on_close(lambda: signal.signal(signal.SIGHUP, before))


class _Commands(click.Group):
    """Load a command's module only when it is called: pandas costs half a second."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command = getattr(import_module(f"pipeline.cli.{name}"), name)
        assert isinstance(command, click.Command)  # noqa: S101 -- the table above is ours
        return translated(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            raise UsageError(_unknown(args[0]), "KS0205")
        if args:
            _begin(args[0], ctx)
        return super().resolve_command(ctx, args)


def _unknown(word: str) -> Text:
    """Say which command may be meant by a word that is none."""
    if word.lower().endswith(".toml"):
        return filled(
            "say what to do with {word}: koosend check {word}, or koosend run {word}", word=word
        )
    if Path(word).is_file():
        return filled(
            "say what to do with {word}: koosend init {word} proposes a campaign for it", word=word
        )
    near = get_close_matches(word.lower(), _COMMANDS, n=1)
    if near:
        return filled("there is no command {word}; did you mean {near}?", word=word, near=near[0])
    return filled("there is no command {word}; koosend --help lists them", word=word)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 rows refused, 2 usage, 65/66 source, 69/77 provider, 70 bug, "
    "73 report, 74 ledger, 75 run again later, 78 campaign file, "
    "79 a person must decide, 130/143 interrupted.\n\n"
    "Behind an error stands a code, such as [KS6601]; koosend explain-error KS6601 says how to "
    "mend it.",
)
@click.option(
    OPTION,
    type=click.Choice([language.value for language in Language]),
    expose_value=False,
    help="The language of what is printed; it may stand anywhere. Default: $KOOSEND_LANG, else "
    "[campaign] language, else that of $LC_ALL, $LC_MESSAGES or $LANG.",
)
@click.version_option(version("koosend"), prog_name="koosend", message="%(prog)s %(version)s")
def koosend() -> None:
    """Send a spreadsheet's people one KooMessage message each, and account for every row."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; never raises, never shows a traceback."""
    os.umask(0o077)
    forbid_core_dumps()
    secure_streams()
    heed_termination()
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        left, chosen = without_lang(given)
    except UsageError as error:
        with speaking(language_for(given, os.environ)):
            return _stopped(error)
    with speaking(chosen or language_for(left, os.environ)):
        code = _run(left)
        if complaint():
            complain(complaint())
    return code


def _run(arguments: Sequence[str]) -> int:
    try:
        code = translated(koosend).main(arguments, prog_name="koosend", standalone_mode=False)
    except KoosendError as error:
        return _stopped(error)
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        say_text(f"{shown.getvalue().rstrip()} [{UsageError.code}]\n", err=True)
        hint_at(UsageError.code)
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt) as error:
        ended = Terminated in {type(error), type(error.__cause__)}  # click wraps what interrupts it
        code = Exit.TERMINATED if ended else Exit.INTERRUPTED
        complain(Words("interrupted; run the same command again to go on"), Interrupted.code)
        return code
    except Exception as error:  # noqa: BLE001 -- the last resort: one sentence, exit 70
        return _stopped(KoosendError(_bug(error)))
    return code if isinstance(code, int) else Exit.OK


def _stopped(error: KoosendError) -> Exit:
    complain_of(error)
    return error.exit_code


def _bug(error: Exception) -> Text:
    # The message of a foreign exception may quote a row: only its type and place are shown.
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
    return filled(
        "a bug in koosend itself ({kind} at {place}); nothing is lost: run the same command again, "
        "and report this line",
        kind=type(error).__name__,
        place=place,
    )
