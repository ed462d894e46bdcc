"""Show the life of one row."""

from pipeline.cli.books import time_text
from pipeline.cli.screen import out
from pipeline.report import Language
from pipeline.report.texts import OUTCOMES, mend_text, reason_text
from pipeline.runner.explaining import Story


def print_story(story: Story) -> None:
    """Print what was tried for a row, what was learned, and what became of it."""
    console = out()
    place = f"{story.sheet}:{story.line}" if story.sheet else f"line {story.line}"
    console.print(f"{place}, {story.phone}, run {story.record.plan.run}", markup=False)
    console.print(f"  read when the run was planned, {time_text(story.record.plan.planned_at)}")
    if story.rejected is not None:
        text = mend_text(story.rejected, Language.EN)
        console.print(f"  not sent: {text}", markup=False)
    for record in story.attempts:
        console.print(
            f"  {time_text(record.attempt.at)}  sent as {record.attempt.task_name}: "
            f"{record.event or 'no answer yet'}"
            + (f", task {record.task_id}" if record.task_id else "")
            + (f", {record.code} {record.message}" if record.code else "")
            + (f" ({record.note})" if record.note else ""),
            markup=False,
        )
    for asked in story.questions:
        found = "no answer" if asked.found < 0 else f"{asked.found} found"
        console.print(f"  {time_text(asked.at)}  asked for {asked.task_name}: {found}")
    for fact in story.facts:
        code = f" {fact.code}" if fact.code else ""
        console.print(f"  {fact.at or '-'}  {fact.kind}{code}, from {fact.evidence}", markup=False)
    words = OUTCOMES[story.standing.outcome]
    reason = reason_text(story.standing.reason, Language.EN)
    told = words.meaning.en + (f" {reason}" if reason and story.rejected is None else "")
    console.print(f"  => {words.name.en}: {told}", markup=False)
