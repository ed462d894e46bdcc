"""Judge card and video templates against what a campaign wants of them. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from pipeline.core.catalog import CardTemplate, Review, VideoTemplate
from pipeline.core.errors import Exit
from pipeline.language import Words, filled
from pipeline.runner.preflight.findings import (
    AWAIT,
    Finding,
    blocking,
    fine,
    no_such_template,
    reviewed,
    said,
    warning,
)

_CARRIERS = {
    "cmcc": Words("China Mobile"),
    "cucc": Words("China Unicom"),
    "ctcc": Words("China Telecom"),
}


def judge_card(
    found: CardTemplate | None, template: str, params: Sequence[str], key: str = "message"
) -> Iterator[Finding]:
    """Say whether a card can be sent (ListAimTemplates) and gets exactly its parameters."""
    where = f"{key}.template"
    if found is None:
        yield no_such_template(where, filled("card template {template}", template=template))
        return
    yield from _card_state(found, where)
    yield from _vendors(found, where)
    if found.variables is None:
        yield warning(
            f"{key}.params",
            filled(
                "KooMessage does not tell the parameters of card template {template}",
                template=template,
            ),
            Words("compare them with the console"),
        )
    else:
        names = [variable.name for variable in found.variables]
        yield from _named(
            names, params, f"{key}.params", filled("card template {template}", template=template)
        )


def judge_video(
    found: VideoTemplate | None, template: str, wanted: tuple[int, float], key: str = "message"
) -> Iterator[Finding]:
    """Say whether a video template can be sent (ListVmsTemplateStatus).

    wanted is the number of values that the campaign gives, and the epoch time at which the last
    message expires.
    """
    where = f"{key}.template"
    if found is None:
        yield no_such_template(where, filled("aim_basic template {template}", template=template))
        return
    yield from _video_state(found, where)
    values, until = wanted
    if found.expires_at is not None and found.expires_at < until:
        yield warning(
            where,
            filled(
                "aim_basic template {template} ends before this campaign may have ended",
                template=template,
            ),
            Words("have its validity extended in the console before it ends"),
        )
    yield from _placeholders(found, values, key)


def _card_state(found: CardTemplate, where: str) -> Iterator[Finding]:
    called = filled("card template {template}", template=found.template)
    if found.enabled is False:
        yield blocking(
            where,
            filled("{called} is disabled{note}", called=called, note=said(found.note)),
            Words("enable it in the console"),
        )
    yield from reviewed(where, called, found.review, found.note, AWAIT)
    if found.review is Review.PASSED and found.enabled is not False:
        yield fine(
            where,
            filled(
                "{called} {found}is approved and enabled", called=called, found=_quoted(found.name)
            ),
        )


def _vendors(found: CardTemplate, where: str) -> Iterator[Finding]:
    if found.vendors is None:
        return
    active = [vendor for vendor, is_active in found.vendors if is_active]
    idle = [vendor for vendor, is_active in found.vendors if not is_active]
    called = filled("card template {template}", template=found.template)
    if not active:
        yield blocking(
            where,
            filled(
                "{called} is active for no maker of handsets, so that nobody would see the card",
                called=called,
            ),
            Words("activate it in the console"),
        )
    elif idle:
        yield warning(
            where,
            filled(
                "{called} is active for {active} only: handsets of {idle} show the plain SMS",
                called=called,
                active=_list(active),
                idle=_list(idle),
            ),
            Words("have it activated for them, or decide under [fallback] what those people get"),
        )
    else:
        yield fine(
            where, filled("{called} is active for {active}", called=called, active=_list(active))
        )


def _named(
    expected: Sequence[str], given: Sequence[str], where: str, called: str
) -> Iterator[Finding]:
    missing = [name for name in expected if name not in given]
    unknown = [name for name in given if name not in expected]
    if missing:
        yield blocking(
            where,
            filled(
                "{called} has the parameter {missing}, which gets no value",
                called=called,
                missing=_list(missing),
            ),
            filled('give it a column: {missing} = "..."', missing=missing[0]),
            Exit.CAMPAIGN_INVALID,
        )
    if unknown:
        known = _list(expected) if expected else Words("none at all")
        yield blocking(
            where,
            filled("{called} has no parameter {unknown}", called=called, unknown=_list(unknown)),
            filled("take it out; the template's are {known}", known=known),
            Exit.CAMPAIGN_INVALID,
        )
    if not missing and not unknown:
        what = (
            filled(
                "the parameters of {called} ({expected})", called=called, expected=_list(expected)
            )
            if expected
            else called
        )
        yield fine(
            where,
            filled("{what} all have a value", what=what)
            if expected
            else filled("{what} needs no values", what=what),
        )


def _video_state(found: VideoTemplate, where: str) -> Iterator[Finding]:
    called = filled("aim_basic template {template}", template=found.template)
    yield from reviewed(
        where, called, found.review, found.note, Words("mend it in the console, or name another")
    )
    if found.review not in {Review.UNKNOWN, Review.PASSED}:
        return
    off = [
        f"{_CARRIERS[carrier]} ({review})"
        for carrier, review in found.carriers
        if carrier in _CARRIERS and review is not Review.PASSED
    ]
    on = [
        _CARRIERS[carrier]
        for carrier, review in found.carriers
        if carrier in _CARRIERS and review is Review.PASSED
    ]
    if off and not on:
        yield blocking(
            where,
            filled("{called} is open with no carrier: {off}", called=called, off=_list(off)),
            Words("ask for review"),
        )
    elif off:
        yield warning(
            where,
            filled("{called} does not go to numbers of {off}", called=called, off=_list(off)),
            Words("have it opened there, or expect these numbers to fail"),
        )
    elif found.review is Review.PASSED:
        yield fine(
            where,
            filled(
                "{called} {found}is usable with every carrier listed",
                called=called,
                found=_quoted(found.name),
            ),
        )


def _placeholders(found: VideoTemplate, values: int, key: str) -> Iterator[Finding]:
    where, called = (
        f"{key}.params",
        filled("aim_basic template {template}", template=found.template),
    )
    if found.foreign:
        yield blocking(
            where,
            filled(
                "{called} takes a picture, sound or video for {foreign}",
                called=called,
                foreign=_list(found.foreign),
            ),
            Words("name a template whose placeholders are all text"),
        )
    if found.variables is None:
        yield warning(
            where,
            filled("KooMessage does not tell the placeholders of {called}", called=called),
            Words("compare them with the console"),
        )
    elif len(found.variables) != values:
        names = [variable.name for variable in found.variables]
        needed = f"{len(names)} ({_list(names)})" if names else "none"
        yield blocking(
            where,
            filled(
                "{called} has {needed} placeholders but the campaign gives {values} values",
                called=called,
                needed=needed,
                values=str(values),
            ),
            Words("give one for each placeholder, in their order"),
            Exit.CAMPAIGN_INVALID,
        )
    elif not found.foreign:
        yield fine(
            where,
            filled(
                "{called} gets a value for each of its {values} placeholders",
                called=called,
                values=str(values),
            ),
        )


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)


def _quoted(name: str) -> str:
    return f'"{name}" ' if name else ""
