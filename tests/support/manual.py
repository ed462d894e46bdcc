"""Draw the manual pages and the completions from the commands themselves.

`make docs` writes them; a wheel takes them along.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version

import click
from click.shell_completion import get_completion_class

from pipeline.cli.main import koosend
from pipeline.core.errors import Exit

MEANINGS = {
    Exit.OK: "done",
    Exit.ROWS_FAILED: "done, and rows were refused",
    Exit.USAGE: "the command line asks for something impossible",
    Exit.SOURCE_DAMAGED: "the spreadsheet cannot be read as one",
    Exit.SOURCE_MISSING: "the spreadsheet is not there",
    Exit.PROVIDER_UNAVAILABLE: "KooMessage cannot be reached, or refuses template or account",
    Exit.BUG: "a bug in koosend itself",
    Exit.REPORT_UNWRITABLE: "a file that was asked for cannot be written",
    Exit.LEDGER_UNWRITABLE: "the ledger cannot record: nothing more is sent",
    Exit.WORK_LEFT: "nothing is wrong: give the same command again later",
    Exit.CREDENTIALS_REFUSED: "the account's keys are missing or refused",
    Exit.CAMPAIGN_INVALID: "the campaign file, or a place it names, is wrong",
    Exit.DECISION_NEEDED: "a person must decide",
    Exit.INTERRUPTED: "interrupted at the keyboard",
    Exit.TERMINATED: "ended by SIGTERM, or by koosend stop",
}

VARIABLES = (
    ("KOOSEND_STATE", "the state folder, where --state is not given"),
    ("KOOSEND_SHARED_STATE", "yes: use a state folder that others can change"),
    ("HUAWEICLOUD_SDK_AK", "the access key, unless the campaign names another variable"),
    ("HUAWEICLOUD_SDK_SK", "its secret, likewise"),
    ("KOOSEND_RECEIPTS_TOKEN", "the secret part of the address that receipts come to"),
    ("KOOSEND_METRICS_TOKEN", "what a scrape of /metrics must bear"),
    ("NO_COLOR", "set to anything: no colour"),
)

SHELLS = {"bash": "koosend", "zsh": "_koosend", "fish": "koosend.fish"}


def manual() -> Mapping[str, str]:
    """Write every file below docs/reference/generated, by its path."""
    return {
        "man/koosend.1": _page("koosend", _whole()),
        **{f"man/koosend-{name}.1": _page(f"koosend-{name}", _of(name)) for name in _names()},
        **{f"completion/{name}": _completion(shell) for shell, name in SHELLS.items()},
    }


def _names() -> Sequence[str]:
    return koosend.list_commands(click.Context(koosend))


def _command(name: str) -> click.Command:
    found = koosend.get_command(click.Context(koosend), name)
    assert found is not None
    return found


def _completion(shell: str) -> str:
    """Return what a shell is given: it asks the command itself, so that it is never stale."""
    kind = get_completion_class(shell)
    assert kind is not None
    # bash's own check of its version would start a shell: it is told in the page instead.
    made = kind(koosend, {}, "koosend", "_KOOSEND_COMPLETE")
    text = kind.source_template % made.source_vars()
    return text.strip("\n") + "\n"


def _page(name: str, body: Iterator[str]) -> str:
    head = f'.TH {name.upper()} 1 "" "koosend {version("koosend")}" "koosend"'
    return "\n".join([f'.\\" {"Drawn from the commands by make docs."}', head, *body]) + "\n"


def _whole() -> Iterator[str]:
    yield from (".SH NAME", "koosend \\- " + _first(koosend.help or ""))
    yield from (".SH SYNOPSIS", ".B koosend", ".I COMMAND", "[\\fIOPTION\\fR ...]")
    yield from (".SH DESCRIPTION", *_paragraphs(koosend.help or ""))
    yield from (
        ".PP",
        "No row lost, no row sent twice by koosend, every row explained. RUN is a run's id, or a",
        "campaign file, which stands for its latest run of a list.",
        ".SH COMMANDS",
    )
    for name in _names():
        yield from (".TP", f".BR koosend\\-{_plain(name)} (1)", _first(_command(name).help or ""))
    yield from (".SH ENVIRONMENT", *_terms(VARIABLES))
    yield from (".SH EXIT STATUS", *_terms((str(int(code)), MEANINGS[code]) for code in Exit))
    yield from (".SH SEE ALSO", *_others(""))


def _of(name: str) -> Iterator[str]:
    command = _command(name)
    said = command.help or ""
    yield from (".SH NAME", f"koosend\\-{_plain(name)} \\- {_first(said)}")
    yield ".SH SYNOPSIS"
    yield from _synopsis(command, f"koosend {name}")
    yield from (".SH DESCRIPTION", *_paragraphs(said))
    yield from _options(command)
    if isinstance(command, click.Group):
        yield ".SH COMMANDS"
        for word, part in sorted(command.commands.items()):
            yield f'.SS "{_plain(f"koosend {name} {word}")}"'
            yield from _synopsis(part, f"koosend {name} {word}")
            yield from (".PP", *_paragraphs(part.help or ""))
            yield from _terms(_told(part))
            yield from _example(part, "")
    yield from _example(command, ".SH EXAMPLE")
    yield from (".SH EXIT STATUS", "See", ".BR koosend (1).")
    yield from (".SH SEE ALSO", *_others(name))


def _synopsis(command: click.Command, called: str) -> Iterator[str]:
    with click.Context(command, info_name=called) as context:
        words = " ".join(command.collect_usage_pieces(context))
    yield f".B {_plain(called)}"
    yield _plain(words)


def _options(command: click.Command) -> Iterator[str]:
    told = list(_told(command))
    if told:
        yield ".SH OPTIONS"
        yield from _terms(told)


def _told(command: click.Command) -> Iterator[tuple[str, str]]:
    with click.Context(command) as context:
        for parameter in command.get_params(context):
            record = parameter.get_help_record(context)
            if record is not None and record[1]:
                yield record


def _terms(pairs: Iterator[tuple[str, str]] | Sequence[tuple[str, str]]) -> Iterator[str]:
    for term, meaning in pairs:
        yield from (".TP", f"\\fB{_plain(term)}\\fR", _plain(meaning))


def _example(command: click.Command, heading: str) -> Iterator[str]:
    """Part an epilog into its examples and what else it says."""
    if not command.epilog:
        return
    yield heading or ".PP"
    for number, part in enumerate(command.epilog.split("\n\n")):
        if number:
            yield ".PP"
        lead, _, line = part.partition(":  ")
        if line:
            # A command stands on a line of its own, as it is typed.
            yield from (_plain(lead) + ":", ".PP", ".nf", _plain(line), ".fi")
        else:
            yield _plain(part)


def _others(name: str) -> Iterator[str]:
    others = [one for one in ("", *_names()) if one != name]
    pages = [f"koosend-{one}" if one else "koosend" for one in others]
    for page in pages[:-1]:
        yield f".BR {_plain(page)} (1),"
    yield f".BR {_plain(pages[-1])} (1)"


def _paragraphs(text: str) -> Iterator[str]:
    for number, part in enumerate(re.split(r"\n\s*\n", text.strip())):
        if number:
            yield ".PP"
        yield _plain(" ".join(part.replace("\b", "").split()))


def _first(text: str) -> str:
    """Return the first sentence of a help, without its full stop."""
    line = " ".join(text.strip().split("\n\n")[0].split())
    return _plain(re.split(r"(?<=[a-z)])\.(?:\s|$)", line)[0].rstrip("."))


def _plain(text: str) -> str:
    """Return a text that troff shows as it is."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    lines = (f"\\&{line}" if line[:1] in {".", "'"} else line for line in escaped.splitlines())
    return "\n".join(lines)
