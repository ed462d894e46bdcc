"""`koosend explain-error`."""

import click

from pipeline.cli.terminal.output import json_option, print_json, say
from pipeline.cli.terminal.speech import said
from pipeline.core.errors import Exit, UsageError
from pipeline.core.remedies.remedy import Remedy, exit_of, remedies, remedy_of
from pipeline.language import filled, joined


@click.command(epilog="Example:  koosend explain-error KS6601")
@click.argument("code", required=False)
@json_option
def explain_error(code: str | None, *, as_json: bool) -> int:
    """Say what happened where an error bears CODE, and how to mend it; all codes without CODE."""
    if code is None:
        _list(as_json=as_json)
        return Exit.OK
    known = code.strip(" []").upper()
    remedy = remedy_of(known)
    if remedy is None:
        raise UsageError(
            filled(
                "there is no error {code}; koosend explain-error without a code lists them",
                code=code,
            ),
            "KS0203",
        )
    if as_json:
        print_json(_as_json(known, remedy))
        return Exit.OK
    say(
        filled(
            "{code}: {title} (exit code {exit})", code=known, title=remedy.title, exit=_exit(known)
        )
    )
    say()
    say(filled("What happened: {cause}", cause=remedy.cause))
    say()
    say(filled("How to mend it: {mend}", mend=remedy.mend))
    return Exit.OK


def _list(*, as_json: bool) -> None:
    if as_json:
        print_json([_as_json(code, remedy) for code, remedy in remedies().items()])
        return
    for code, remedy in remedies().items():
        say(joined(f"{code}  ", remedy.title))


def _exit(code: str) -> str:
    return str(exit_of(code).value)


def _as_json(code: str, remedy: Remedy) -> dict[str, object]:
    texts = {"title": remedy.title, "cause": remedy.cause, "mend": remedy.mend}
    return {"code": code, "exit": exit_of(code), **{name: said(one) for name, one in texts.items()}}
