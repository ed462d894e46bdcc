"""Write the page's sections on what the first recipients decided, and on the daily reports."""

from pipeline.core.canary import Verdict
from pipeline.ports import DaysCompared
from pipeline.report.figures.canary import (
    BECAUSE,
    DAY,
    DAYS,
    DECIDED_AT,
    DECISION,
    FIRST,
    FIRST_COUNT,
    FIRST_NOTE,
    OURS,
    THEIRS,
    VERDICTS,
    because,
    days_say,
    first_counts,
    first_says,
)
from pipeline.report.figures.figures import Figures
from pipeline.report.figures.frames import spoken_time
from pipeline.report.html.markup import Markup, element
from pipeline.report.html.sms import number, section, table
from pipeline.report.texts import words


def first(figures: Figures) -> list[Markup]:
    """Say what the first recipients decided, where anything was decided by them."""
    says = first_says(figures.first, figures.run.plan.run)
    if says is None:
        return []
    latest = figures.first[-1]
    decisions = [
        element(
            "tr",
            element("th", spoken_time(one.at), scope="row"),
            element("td", VERDICTS[one.verdict], class_="wide"),
        )
        for one in figures.first
    ]
    counts = [
        element("tr", element("th", name, scope="row"), number(count, f"first.{key}"))
        for name, key, count in first_counts(latest, shows_cards=figures.shows_cards)
    ]
    color = "bad" if latest.verdict is Verdict.STOPPED else "good"
    return [
        section(
            "first",
            FIRST,
            element("p", says, class_=f"say {color}", data_figure="first"),
            table((DECIDED_AT, DECISION), decisions),
            table((FIRST_COUNT, words.ROWS), counts),
            element("p", FIRST_NOTE, class_="soft"),
        )
    ]


def daily(compared: DaysCompared | None) -> list[Markup]:
    """Say how KooMessage's daily reports stand to the ledger, where they were asked for."""
    if compared is None:
        return []
    lines = [
        element(
            "tr",
            element("th", one.day, scope="row"),
            number(one.theirs, f"daily.{one.day}.theirs"),
            number(one.ours, f"daily.{one.day}.ours"),
            element("td", because(one), class_="wide"),
        )
        for one in compared.days
    ]
    color = "fair" if lines else "good"
    says = element("p", days_say(compared), class_=f"say {color}", data_figure="daily")
    shown = [table((DAY, THEIRS, OURS, BECAUSE), lines)] if lines else []
    return [section("daily", DAYS, says, *shown)]
