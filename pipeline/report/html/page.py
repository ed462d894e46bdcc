"""Write report.html: what happened, read in half a minute, offline, in English and Chinese."""

from pipeline.core.outcome import Outcome
from pipeline.report.figures.figures import GROUPS_MAX, Figures, Group, share
from pipeline.report.figures.timeline import timeline
from pipeline.report.html import sections as page_more
from pipeline.report.html.canary import daily, first
from pipeline.report.html.charts import bar, filled, strip, time_chart
from pipeline.report.html.markup import Markup, document, element, joined, style_sheet
from pipeline.report.html.sms import (
    about,
    drawn,
    number,
    others,
    percent,
    section,
    table,
    tile,
    tone,
    why,
)
from pipeline.report.html.style import POLICY, STYLE
from pipeline.report.options import ReportOptions
from pipeline.report.texts import page_words, words
from pipeline.report.texts import page_words as more_words
from pipeline.report.texts.outcomes import OUTCOMES, Language

_ARRIVED = frozenset({"reached", "card"})


def page_html(figures: Figures, options: ReportOptions) -> str:
    """Return the whole page as text."""
    chinese = options.language is Language.ZH
    title = f"{words.TITLE.of(options.language)}: {figures.run.plan.campaign}"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="robots", content="noindex"),
        element("title", title),
        style_sheet(STYLE),
    )
    picks = [
        element(
            "input",
            class_="pick",
            type="radio",
            name="language",
            id=f"language-{code}",
            checked=chinese is (code == "zh"),
            aria_label=label,
        )
        for code, label in _LANGUAGES
    ]
    body = element("body", picks, element("main", _Page(figures, options).parts()))
    return document(element("html", head, body, lang="zh-CN" if chinese else "en"))


_LANGUAGES = (("en", "English"), ("zh", "中文"))


class _Page:
    """The sections, in the order in which they are read."""

    def __init__(self, figures: Figures, options: ReportOptions) -> None:
        self._figures = figures
        self._options = options
        self._rows = figures.tally.rows

    def parts(self) -> list[Markup]:
        cards = [self._fallback()] if self._figures.shows_cards else []
        return [
            self._header(),
            self._verdict(),
            *page_more.family(self._figures.family),
            *first(self._figures),
            self._funnel(),
            *cards,
            *page_more.handsets(self._figures),
            self._failures(),
            *page_more.comparison(self._figures.comparison),
            self._unsent(),
            *page_more.replies(self._figures),
            *page_more.cost(self._figures, self._options),
            self._timeline(),
            self._outcomes(),
            page_more.requests(self._figures),
            *daily(self._options.compared),
            about(self._figures, self._options),
            element("footer", element("p", page_words.OFFLINE, class_="soft")),
        ]

    def _header(self) -> Markup:
        plan = self._figures.run.plan
        labels = [element("label", name, for_=f"language-{code}") for code, name in _LANGUAGES]
        return element(
            "header",
            element(
                "div",
                element("p", words.TITLE, class_="soft"),
                element("h1", plan.campaign),
                element("p", words.CHANNELS[plan.message.channel], " · ", plan.run, class_="soft"),
                class_="title",
            ),
            element("div", labels, class_="languages"),
        )

    def _verdict(self) -> Markup:
        counts = self._figures.tally.outcomes
        parts = [(count, self._tone(outcome)) for outcome, count in counts.items()]
        legend = [
            element(
                "li",
                bar(1, 1, self._tone(outcome)),
                joined(self._figures.words(outcome).name, " ", element("strong", count)),
            )
            for outcome, count in counts.items()
        ]
        return element(
            "section",
            element("dl", self._tiles(), class_="tiles"),
            element("div", strip(parts, self._rows), class_="strip"),
            element("ul", legend, class_="legend"),
            self._sentences(),
            id="verdict",
        )

    def _tone(self, outcome: Outcome) -> str:
        unseen = self._figures.makes_links and outcome is Outcome.EXPIRED
        return "plain" if unseen else tone(outcome)

    def _tiles(self) -> list[Markup]:
        tally = self._figures.tally
        tiles = self._tiles_of_arrival()
        unsent = sum(group.rows for group in self._figures.unsent())
        for key, name, count, color in (
            ("attention", page_words.TILE_ATTENTION, self._figures.attention, "bad"),
            ("unsent", page_words.TILE_UNSENT, unsent, "fair"),
            ("pending", page_words.TILE_PENDING, tally.of(Outcome.PENDING), "fair"),
            ("waiting", page_words.TILE_WAITING, tally.waiting, "open"),
        ):
            if count or key == "attention":
                shown = percent(share(count, self._rows))
                tiles.append(tile(key, (name, count), color if count else "good", shown))
        return tiles

    def _tiles_of_arrival(self) -> list[Markup]:
        tally = self._figures.tally
        makes_links = self._figures.makes_links
        arrived = tally.taken if makes_links else tally.reached
        name = more_words.TILE_LINKS if makes_links else page_words.TILE_REACHED
        of_rows = percent(share(arrived, self._rows))
        below = filled(page_words.OF_ROWS, rows=self._rows, share=of_rows)
        tiles = [tile("taken" if makes_links else "reached", (name, arrived), "good", below)]
        if not self._figures.shows_cards:
            return tiles
        unseen = more_words.TILE_UNSEEN if makes_links else page_words.TILE_FALLBACK
        for key, text, count, color in (
            ("card", page_words.TILE_CARD, tally.of(Outcome.CARD), "good"),
            ("fallback", unseen, tally.not_shown, "plain"),
        ):
            tiles.append(tile(key, (text, count), color, percent(share(count, arrived))))
        return tiles

    def _sentences(self) -> list[Markup]:
        tally = self._figures.tally
        said = []
        for text, count, color in (
            (words.SAY_DOUBT, tally.of(Outcome.IN_DOUBT), "bad"),
            (self._figures.pending_words, tally.of(Outcome.PENDING), "fair"),
            (words.SAY_WAITING, tally.waiting, "fair"),
        ):
            if count:
                said.append(element("p", filled(text, count=count), class_=f"say {color}"))
        books = words.SAY_BALANCE
        if not self._figures.balance:
            books = filled(words.SAY_NO_BALANCE, rows=self._figures.run.rows, counted=self._rows)
        color = "good" if self._figures.balance else "bad"
        return [*said, element("p", books, class_=f"say {color}", data_figure="books")]

    def _funnel(self) -> Markup:
        before = self._rows
        lines = []
        for step in self._figures.funnel():
            lines.append(
                element(
                    "tr",
                    element("th", step.name, scope="row"),
                    number(step.rows, f"funnel.{step.key}"),
                    number(percent(share(step.rows, self._rows))),
                    number(percent(share(step.rows, before))),
                    drawn(step.rows, self._rows, "good" if step.key in _ARRIVED else "now"),
                )
            )
            before = step.rows
        heads = (words.STEP, words.ROWS, words.OF_ALL, words.OF_BEFORE, words.NOTHING)
        return section("funnel", words.FUNNEL, table(heads, lines))

    def _fallback(self) -> Markup:
        groups = self._figures.fallback()
        total = sum(group.rows for group in groups)
        lines = [
            element(
                "tr",
                element("th", why(group), scope="row"),
                element("td", self._figures.words(group.outcome).name),
                number(group.rows, group.key),
                number(percent(share(group.rows, total))),
                drawn(group.rows, total, "plain"),
            )
            for group in groups
        ]
        heads = (words.REASON, words.OUTCOME, words.ROWS, words.SHARE, words.NOTHING)
        shown = table(heads, lines) if lines else element("p", page_words.FALLBACK_NONE)
        still = self._figures.tally.of(Outcome.DELIVERED)
        more = filled(page_words.FALLBACK_OPEN, count=still)
        note = [element("p", more, class_="soft")] if still else []
        note += page_more.vendors(self._figures)
        return section("fallback", page_words.FALLBACK, shown, note)

    def _failures(self) -> Markup:
        groups = self._figures.failures()
        lines = [
            element(
                "tr",
                element("th", OUTCOMES[group.outcome].name, scope="row"),
                element("td", group.code, class_="code"),
                number(group.rows, f"failure.{group.outcome}.{group.code}"),
                element("td", self._meaning(group), class_="wide"),
                element("td", self._options.advice_for(group.outcome, group.code), class_="wide"),
            )
            for group in groups[:GROUPS_MAX]
        ]
        lines += others(groups, len(self._heads_of_failures))
        if not lines:
            return section("failures", page_words.FAILURES, element("p", page_words.FAILURES_NONE))
        return section("failures", page_words.FAILURES, table(self._heads_of_failures, lines))

    _heads_of_failures = (words.OUTCOME, words.CODE, words.ROWS, words.WHY, words.TO_DO)

    def _meaning(self, group: Group) -> Markup:
        meaning = self._options.meaning_of(group.code)
        if group.outcome is Outcome.EXPIRED and group.reason:
            return joined(why(group))
        if not group.reason:
            return joined(meaning if meaning.en else OUTCOMES[group.outcome].meaning)
        return joined(why(group), " ", meaning)

    def _unsent(self) -> Markup:
        groups = self._figures.unsent()
        lines = [
            element(
                "tr",
                element("th", OUTCOMES[group.outcome].name, scope="row"),
                number(group.rows, f"unsent.{group.outcome}.{group.reason}"),
                element("td", why(group), class_="wide"),
                element("td", self._figures.mend(group), class_="wide"),
            )
            for group in groups[:GROUPS_MAX]
        ]
        heads = (words.OUTCOME, words.ROWS, words.WHY, page_words.MEND)
        lines += others(groups, len(heads))
        shown = table(heads, lines) if lines else element("p", page_words.UNSENT_NONE)
        return section("unsent", page_words.UNSENT, shown)

    def _timeline(self) -> Markup:
        shown = timeline(self._figures.submissions)
        drawn = (
            element("p", page_words.TIMELINE_NONE)
            if shown is None
            else time_chart(shown, self._options.messages_per_s)
        )
        return section("timeline", page_words.TIMELINE, drawn)

    def _outcomes(self) -> Markup:
        lines = [
            element(
                "tr",
                element("th", self._figures.words(outcome).name, scope="row"),
                number(count, f"outcome.{outcome}"),
                number(percent(share(count, self._rows))),
                element("td", self._figures.words(outcome).meaning, class_="wide"),
            )
            for outcome, count in self._figures.tally.outcomes.items()
        ]
        lines.append(
            element(
                "tr",
                element("th", words.TOTAL, scope="row"),
                number(self._rows, "outcome.all"),
                *(element("td"), element("td")),
            )
        )
        heads = (words.OUTCOME, words.ROWS, words.SHARE, words.PLAINLY)
        return section("outcomes", words.OUTCOMES, table(heads, lines))
