"""`koosend verify`."""

from pathlib import Path

import click

from pipeline.cli.terminal.books import time_text
from pipeline.cli.terminal.output import (
    print_json,
    same_account_option,
    say,
    say_first,
    say_notes,
    shared_options,
    watching,
)
from pipeline.core.errors import Exit
from pipeline.language import Text, Words, filled
from pipeline.runner.commands.verify import Verification, verify_run
from pipeline.runner.notifying.desk import tell_of_days
from pipeline.runner.session.marks import marks_of
from pipeline.runner.session.outside import SystemClock
from pipeline.runner.session.place import Said, open_place


@click.command(epilog="Example:  koosend verify configs/aim.toml")
@click.argument("run_or_campaign", metavar="RUN")
@click.option(
    "--online", is_flag=True, help="Also hold the ledger against KooMessage's list, name by name."
)
@same_account_option
@shared_options
def verify(
    run_or_campaign: str, *, online: bool, same_account: bool, as_json: bool, state: Path | None
) -> int:
    """Prove that RUN's books balance, from the source, the ledger and the evidence."""
    clock = SystemClock()
    said = Said(same_account=same_account)
    with open_place(run_or_campaign, state, clock, said) as place, watching() as ui:
        proof = verify_run(place)
        if online:
            from pipeline.runner.guards.listed import verify_listed  # noqa: PLC0415 -- brings what opens sockets

            proof = verify_listed(place, proof, clock, ui)
            say_notes(tell_of_days(place, clock))
        rows = place.run.rows
    if as_json:
        print_json(proof.as_json())
    else:
        _print_proof(proof, rows)
    return Exit.OK if proof.proved else Exit.ROWS_FAILED


def _print_proof(proof: Verification, rows: int) -> None:
    say_first(marks_of(proof.record))
    run, purged_at = proof.record.plan.run, proof.record.purged_at
    if proof.proved:
        say(
            filled(
                "Proved: each of {rows} {rows:row|rows} of run {run} has exactly",
                rows=rows,
                run=run,
            )
        )
        say(
            Words("one outcome, and the evidence bears every one of them out.")
            if purged_at is None
            else Words("one outcome, and what evidence was kept contradicts none of them.")
        )
    if purged_at is not None:
        say(
            filled(
                "Its numbers were forgotten on {time}: that nobody was sent to twice can "
                "no longer be shown from them, and {forgotten} outcomes rest on what was "
                "forgotten with them.",
                time=time_text(purged_at),
                forgotten=proof.forgotten,
            )
        )
    if proof.erased:
        say(
            filled(
                "{rows} {rows:row|rows} {rows:was|were} erased: they have no number to be "
                "held against the others; what was heard of them stays and bears their "
                "outcomes out.",
                rows=proof.erased,
            )
        )
    if proof.asked:
        say(
            filled(
                "KooMessage was asked about {requests} {requests:request|requests}, each "
                "by its name.",
                requests=proof.asked,
            )
        )
    _print_findings(proof)
    _print_notes(proof)


def _print_findings(proof: Verification) -> None:
    for found in proof.findings:
        say(
            filled(
                "{code} at {where}: {sentence}",
                code=found.code,
                where=found.where,
                sentence=found.sentence,
            )
        )


def _late(proof: Verification) -> Text:
    rows = filled("{rows} {rows:row|rows}", rows=len(proof.late))
    if not proof.receipts_late:
        return filled("news of {rows} waits for koosend reconcile.", rows=rows)
    receipts = filled("{receipts} {receipts:receipt|receipts}", receipts=proof.receipts_late)
    return filled(
        "{receipts} came after the outcomes were last brought up to date, with news of "
        "{rows}; koosend reconcile takes them in.",
        receipts=receipts,
        rows=rows,
    )


def _print_notes(proof: Verification) -> None:
    for found in proof.drift:
        say(filled("Note: {sentence} ({where})", sentence=found.sentence, where=found.where))
    if proof.late:
        say(filled("Note: {proof}", proof=_late(proof)))
    if proof.source == "gone":
        say(Words("Note: the source file is gone; the run's rows are in the ledger."))
