"""`koosend doubts`."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from pipeline.cli.terminal.books import time_text
from pipeline.cli.terminal.output import (
    confirm,
    note_of,
    print_json,
    same_account_option,
    say,
    say_first,
    shared_options,
)
from pipeline.core.errors import Exit, UsageError
from pipeline.language import Bilingual, Text, Words, filled, joined
from pipeline.reconciler.doubts.decide import Decision
from pipeline.runner.commands.doubts import Doubt, Doubts, Word, decide, list_doubts
from pipeline.runner.guards.same_account import compare_offline
from pipeline.runner.session.marks import marks_of
from pipeline.runner.session.outside import SystemClock
from pipeline.runner.session.place import Said, by_campaign, named, open_place

_DECISIONS: tuple[Decision, ...] = ("release", "assume_sent", "give_up")
_SAID: dict[Decision, str] = {
    "release": "released",
    "assume_sent": Words("counted as sent"),
    "give_up": Words("given up"),
}


@click.command(
    epilog="Example:  koosend doubts 3fk2a9qd\n\n"
    "Example:  koosend doubts 3fk2a9qd --release 3fk2a9qd-0000001-001 --reason 'not in the console'"
)
@click.argument("run_or_campaign", metavar="RUN")
@click.argument("names", metavar="[TASK-NAME]...", nargs=-1)
@click.option("--release", is_flag=True, help="The named were not taken: send them again.")
@click.option("--assume-sent", is_flag=True, help="The named were taken: never send them again.")
@click.option("--give-up", is_flag=True, help="The named have no name left: never send them.")
@click.option("--all", "everything", is_flag=True, help="All that are past their settling time.")
@click.option("--reason", default="", help="Why you decide so; kept in the ledger. Required.")
@click.option("--yes", is_flag=True, help="Do not ask before deciding.")
@same_account_option
@shared_options
def doubts(
    run_or_campaign: str, names: tuple[str, ...], *, state: Path | None, **given: object
) -> int:
    """List RUN's requests in doubt and what was asked about them; decide the named ones.

    A doubt is a request whose answer was lost and that asking by name could not settle.
    """
    decision = _decision(given, named=bool(names))
    reason = _reason(str(given["reason"])) if decision else ""
    clock = SystemClock()
    said = Said(same_account=bool(given["same_account"]))
    with open_place(run_or_campaign, state, clock, said) as place:
        listed = list_doubts(place, clock)
        if decision is None:
            _show(listed, as_json=bool(given["as_json"]))
            compare_offline(place, clock.now())
            return Exit.OK
        compare_offline(place, clock.now())
        if decision == "release":
            # Only who releases needs a connection: whoever lists starts without one.
            by_clock = import_module("pipeline.runner.guards.doubt_clock")
            by_clock.refuse_wrong_clock(place, clock, by_age=bool(given["everything"]))
        chosen = listed.settled() if given["everything"] else listed.named(names, decision)
        confirm(_what_follows(decision, chosen), yes=bool(given["yes"]))
        word = Word(decision, tuple(doubt.name for doubt in chosen), reason)
        unwritten = decide(place, word, clock)
        left = list_doubts(place, clock)
    if given["as_json"]:
        print_json({**left.as_json(), "decision": decision, "decided": list(word.names)})
    else:
        _tell(decision, chosen, left)
    if unwritten is not None:
        raise unwritten
    return Exit.OK


def _decision(given: dict[str, object], *, named: bool) -> Decision | None:
    said = [decision for decision in _DECISIONS if given[decision]]
    if len(said) > 1:
        raise UsageError(
            Words("--release, --assume-sent and --give-up exclude each other; say one"), "KS0206"
        )
    everything = bool(given["everything"])
    if not said:
        if named or everything:
            raise UsageError(Words("say --release or --assume-sent with the task names"), "KS0207")
        return None
    if said == ["give_up"] and everything:
        raise UsageError(Words("--give-up takes the names of the requests"), "KS0207")
    if named == everything:
        raise UsageError(Words("name the doubts that you decide, or say --all"), "KS0207")
    return said[0]


def _reason(text: str) -> str:
    reason = note_of(text, "--reason")
    if not reason:
        raise UsageError(Words("say why with --reason; it is kept with the decision"), "KS0207")
    return reason


def _what_follows(decision: Decision, chosen: Sequence[Doubt]) -> Text:
    carried = sum(doubt.submission.carried for doubt in chosen)
    what = filled(
        "{requests} {requests:request|requests} with {people} {people:person|people}",
        requests=len(chosen),
        people=carried,
    )
    if decision == "release":
        sentence = filled(
            "{what}: sent again by the next koosend run. Whichever KooMessage took "
            "after all, its people get the message twice, and it is billed twice.",
            what=what,
        )
    elif decision == "give_up":
        sentence = filled("{what}: never sent by this run.", what=what)
    else:
        sentence = filled(
            "{what}: counted as sent, and never sent again. Whichever KooMessage did "
            "not take, its people never get the message.",
            what=what,
        )
    young = sum(not doubt.settled for doubt in chosen)
    if young and decision != "give_up":
        warning = filled(
            "Younger than the settling time, so that asking may yet tell: {young}.", young=young
        )
        return joined(sentence, warning, by=Bilingual(" ", ""))
    return sentence


def _show(listed: Doubts, *, as_json: bool) -> None:
    if as_json:
        print_json(listed.as_json())
        return
    run = listed.record.plan.run
    say_first(marks_of(listed.record))
    people = filled(
        "{people} {people:person|people}",
        people=sum(doubt.submission.messages for doubt in listed.found),
    )
    say(
        filled(
            "Run {run}: {requests} {requests:request|requests} in doubt, {people}.",
            run=run,
            requests=len(listed.found),
            people=people,
        )
    )
    for doubt in listed.found:
        _show_one(doubt)
    _show_nameless(listed)
    if listed.under_way:
        say(
            filled(
                "{under_way} more are under way, or were when their process died; koosend "
                "run or koosend reconcile asks about them.",
                under_way=listed.under_way,
            )
        )
    if listed.found:
        _show_what_to_say(listed)


def _show_what_to_say(listed: Doubts) -> None:
    this = named(listed.record)
    if listed.has_sms:
        say(Words("The name of an SMS task stands in the send details of its numbers, in no list."))
    say(Words("Look for the task names in KooMessage's console. Then, by name or with --all:"))
    say(
        filled(
            "  koosend doubts {this} --release TASK-NAME --reason WHY   (not taken: send again)",
            this=this,
        )
    )
    say(
        filled(
            "  koosend doubts {this} --assume-sent TASK-NAME --reason WHY   (taken: never again)",
            this=this,
        )
    )


def _show_nameless(listed: Doubts) -> None:
    for doubt in listed.nameless:
        say(
            filled(
                "{doubt}  {people} {people:person|people}, lines {first} to {last}: not "
                "sent, no name is left after {attempts} attempts",
                doubt=doubt.name,
                people=doubt.submission.carried,
                first=doubt.first,
                last=doubt.last,
                attempts=doubt.submission.attempts,
            )
        )
        say(filled("    answer: {why}", why=doubt.why or Words("none")))
    if listed.nameless:
        say(Words("These were not taken, and are attempted no more. To end the run without them:"))
        this = named(listed.record)
        say(filled("  koosend doubts {this} --give-up TASK-NAME --reason WHY", this=this))


def _show_one(doubt: Doubt) -> None:
    age = "" if doubt.settled else Words(", its settling time has not passed")
    say(
        filled(
            "{doubt}  {people} {people:person|people}, lines {first} to {last}, sent at "
            "{time}{age}",
            doubt=doubt.name,
            people=doubt.submission.messages,
            first=doubt.first,
            last=doubt.last,
            time=time_text(doubt.submission.attempted_at),
            age=age,
        )
    )
    say(filled("    answer: {why}", why=doubt.why or Words("lost")))
    for asked in doubt.questions:
        say(filled("    asked at {time}: {answer}", time=time_text(asked.at), answer=asked.answer))
    if doubt.proved:
        say(Words("    a receipt bears its name, so it was taken: koosend reconcile settles it"))
    elif not doubt.questions:
        say(Words("    not asked for yet: koosend reconcile does"))


def _tell(decision: Decision, chosen: Sequence[Doubt], left: Doubts) -> None:
    say_first(marks_of(left.record))
    say(
        filled(
            "{requests} {requests:request|requests} {said}; still in doubt: {found}.",
            requests=len(chosen),
            said=_SAID[decision],
            found=len(left.found),
        )
    )
    if decision == "release":
        say(
            filled("Next: koosend run {campaign}   (sends them)", campaign=by_campaign(left.record))
        )
