"""Write report.html from its template: each text is escaped and masked as it goes in.

The page works offline and is harmless whatever a spreadsheet, a campaign file or the provider
wrote: its policy lets nothing load, link or run, and only its own style sheet apply.
"""

import base64
import hashlib
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline.core.phones import mask_in
from pipeline.core.text import visible
from pipeline.language import Language, Text, Words, filled
from pipeline.report.figures.figures import Figures
from pipeline.report.headline import tiles, tones, verdict
from pipeline.report.html.charts import chart, strip
from pipeline.report.opening import opening
from pipeline.report.options import ReportOptions
from pipeline.report.sections import sections
from pipeline.report.texts import words
from pipeline.report.texts.marks import marks_meaning

_TEMPLATE = "report.html.j2"
_LANGUAGES = (("en", "English"), ("zh", "中文"))
_FOOTER = Words(
    "This page works offline and holds no whole phone number. The rows themselves are in "
    "outcomes.csv, rejected.csv and {workbook} beside it."
)
_BOTH = '<span class="en" lang="en">{}</span><span class="zh" lang="zh-CN">{}</span>'


def page_html(figures: Figures, options: ReportOptions) -> str:
    """Return the whole page as text."""
    counts, drawn_in = figures.tally.outcomes, tones(figures)
    template = environment().get_template(_TEMPLATE)
    return template.render(
        plan=figures.run.plan,
        rows=figures.tally.rows,
        language=options.language,
        marks=options.marks,
        meaning=marks_meaning(options.marks),
        footer=filled(_FOOTER, workbook=options.marks.prefix + "report.xlsx"),
        opening=list(opening(figures, options)),
        tiles=tiles(figures),
        legend=[
            {"name": figures.words(outcome).name, "part": (count, drawn_in[outcome])}
            for outcome, count in counts.items()
        ],
        verdict=list(verdict(figures, options.marks)),
        sections=sections(figures, options),
        chart=lambda shown: chart(shown, options.messages_per_s),
    )


@cache
def environment() -> Environment:
    """Return what draws the page: it escapes whatever is put in, and knows both languages."""
    found = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        loader=PackageLoader("pipeline.report", "html"),
    )
    style = (resources.files("pipeline.report.html") / "style.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    found.globals.update(
        Words=Words,
        words=words,
        languages=_LANGUAGES,
        strip=strip,
        style=Markup(style),  # noqa: S704 -- a file of ours
        policy=policy,
    )
    found.filters.update(count=_count, share=_share)
    return found


def _shown(value: object) -> object:
    """Put what a template shows in words: in both languages, and no number unmasked."""
    match value:
        case Text():
            english, chinese = (mask_in(visible(value.of(language))) for language in Language)
            both = Markup(_BOTH).format(english, chinese)  # noqa: S704 -- it escapes
            return english if english == chinese else both
        case str() if not isinstance(value, Markup):
            return mask_in(visible(value))
        case _:
            return value


def _count(value: int | str) -> str:
    return f"{value:,}" if isinstance(value, int) else value


def _share(part: float | str) -> str:
    return "" if isinstance(part, str) else f"{part:.1%}"
