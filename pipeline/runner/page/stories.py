"""Say the life of a row in the reader's language: what was tried, learned, and became of it."""

from collections.abc import Iterator, Mapping, Sequence

from pipeline.core.answer import NewsKind
from pipeline.core.lifecycle import Event
from pipeline.core.model import Route
from pipeline.core.phones import mask_in
from pipeline.core.times import moment_in_china, time_in_china
from pipeline.language import Composed, Language, Text, Words, filled
from pipeline.ports import SuppressionRecord
from pipeline.ports.erasing import ErasedKind
from pipeline.report.texts.outcomes import mend_text, outcome_words, reason_words, tone
from pipeline.report.texts.words import CHANNELS
from pipeline.runner.commands.explain import ENDS, Life, Story
from pipeline.runner.session.marks import marks_of
from pipeline.web.page.shown import LifeShown, RunPlace, Said, StoryShown

_NEWS: Mapping[NewsKind, Text] = {
    NewsKind.REFUSED: Words("refused"),
    NewsKind.DELIVERED: Words("delivered"),
    NewsKind.FAILED: Words("not delivered"),
    NewsKind.RENDERED: Words("the card was shown"),
    NewsKind.LINK_FAILED: Words("the card's link failed"),
    NewsKind.UNSUPPORTED: Words("the handset cannot show cards"),
    NewsKind.TEMPLATE_INACTIVE: Words("the template is not active for this make of handset"),
    NewsKind.SUPPORTED: Words("the handset can show cards"),
    NewsKind.WITHHELD: Words("left out of its request"),
    NewsKind.TASK_FAILED: Words("its task is listed as failed"),
    NewsKind.NOT_SENT: Words("its task is listed as failed before anything was sent"),
    NewsKind.NOT_NAMED: Words("the answer did not name it"),
    NewsKind.UNKNOWN_CODE: Words("news that proves nothing"),
    NewsKind.UNDER_WAY: Words("on its way"),
}
_ERASED: Mapping[ErasedKind, Text] = {
    ErasedKind.PERSON: Words("erased: the row has no number and no values any more"),
    ErasedKind.VALUE: Words("erased: a value no longer names the number of somebody else"),
}
REASONS: Mapping[str, Text] = {
    "opt_out": Words("opted out"),
    "manual": Words("by a person's word"),
    "imported": Words("from a file"),
    "unclear_reply": Words("an unclear reply"),
    "erased": Words("erased"),
}


def life_shown(folder: str, life: Life, *, whole: bool) -> LifeShown:
    """Say all stories of a life; whole shows numbers whole."""
    return LifeShown(
        [_story(folder, story, whole=whole) for story in life.stories],
        list(listed_lines(life.suppressions)),
    )


def listed_lines(records: Sequence[SuppressionRecord]) -> Iterator[tuple[str, Said]]:
    """Say when and why a number came on the suppression list, and off it."""
    for known in records:
        entry = known.suppression
        note = ", ".join(mask_in(text) for text in (entry.source, entry.note) if text)
        yield (
            time_in_china(entry.at),
            filled(
                "on the suppression list: {reason} ({note})",
                reason=REASONS.get(str(entry.reason), str(entry.reason)),
                note=note or "-",
            ),
        )
        if known.removed_at is not None:
            said = filled("taken off it ({note})", note=mask_in(known.removed_note) or "-")
            yield time_in_china(known.removed_at), said


def _story(folder: str, story: Story, *, whole: bool) -> StoryShown:
    plan = story.record.plan
    words = outcome_words(story.standing.outcome, plan.message.channel)
    reason = reason_words(story.standing.reason) if story.standing.reason else None
    place = f"{story.sheet}:{story.line}" if story.sheet else str(story.line)
    timed = sorted([*_attempts(story), *_questions(story)], key=lambda line: line[0])
    lines: list[tuple[str, Said]] = list(_begin(story))
    lines += [(time_in_china(at), said) for at, said in timed]
    lines += list(_facts(story))
    return StoryShown(
        line=filled("Line {place}", place=place),
        phone=story.number if whole and story.number else story.phone,
        run=RunPlace(folder, plan.run),
        campaign=plan.campaign,
        lines=lines,
        end=words.name,
        tone=tone(story.standing.outcome),
        meaning=_joined(words.meaning, None if story.rejected is not None else reason),
        mark=marks_of(story.record).text,
    )


def _joined(meaning: Text, reason: Text | None) -> Text:
    def compose(language: Language) -> str:
        space = "" if language is Language.ZH else " "
        said = [text.of(language) for text in (meaning, reason) if text is not None]
        return space.join(filter(None, said))

    return Composed(compose)


def _begin(story: Story) -> Iterator[tuple[str, Said]]:
    plan = story.record.plan
    yield time_in_china(plan.planned_at), Words("read when the run was planned")
    if story.submission is not None and story.submission.route is not Route.SKIP:
        channel = CHANNELS[plan.message.channel_of(story.submission.route)]
        yield "", filled("goes by {channel}, chunk {chunk}", channel=channel, chunk=_chunk(story))
    if story.erased is not None:
        kind, at = story.erased
        yield time_in_china(at), _ERASED[kind]
    if story.rejected is not None:
        rejected = story.rejected
        why = Composed(lambda language: mend_text(rejected, language, masked=True))
        yield "", filled("not sent: {why}", why=why)


def _chunk(story: Story) -> str:
    return str(story.submission.chunk) if story.submission is not None else ""


def _attempts(story: Story) -> Iterator[tuple[float, Said]]:
    making = {maker.place for maker in story.makers}
    for record in story.attempts:
        makes_link = record.attempt.place in making
        text = _LINK_ASKED if makes_link else _SENT_AS
        code = "" if record.event is Event.WAS_LOST else record.code
        more = " ".join(
            filter(None, (record.task_id or "", code, record.message, mask_in(record.note)))
        )
        said = filled(text, name=record.attempt.task_name, end=ENDS[record.event])
        yield record.attempt.at, filled("{said} {more}", said=said, more=mask_in(more))


_SENT_AS = Words("sent as {name}: {end}")
_LINK_ASKED = Words("link asked for as {name}: {end}")


def _questions(story: Story) -> Iterator[tuple[float, Said]]:
    for asked in story.questions:
        if asked.found < 0:
            found = Words("no answer")
        else:
            found = Words("listed") if asked.found else Words("not listed")
        yield asked.at, filled("asked for {name}: {found}", name=asked.task_name, found=found)


def _facts(story: Story) -> Iterator[tuple[str, Said]]:
    for fact in story.facts:
        code = fact.code if fact.kind is not NewsKind.RENDERED else ""
        moment = moment_in_china(fact.at) if fact.at else ""
        when = moment[:19].replace("T", " ") if moment.endswith("+08:00") else moment
        yield (
            when,
            filled(
                "{news} {code} (from {proof})",
                news=_NEWS[fact.kind],
                code=code,
                proof=fact.evidence,
            ),
        )
