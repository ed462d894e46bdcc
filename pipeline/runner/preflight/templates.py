"""Judge card and video templates against what a campaign wants of them. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from pipeline.core.catalog import CardTemplate, Review, VideoTemplate
from pipeline.core.errors import Exit
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

_CARRIERS = {"cmcc": "China Mobile", "cucc": "China Unicom", "ctcc": "China Telecom"}


def judge_card(
    found: CardTemplate | None, template: str, params: Sequence[str], key: str = "message"
) -> Iterator[Finding]:
    """Say whether a card can be sent (ListAimTemplates) and gets exactly its parameters."""
    where = f"{key}.template"
    if found is None:
        yield no_such_template(where, f"card template {template}")
        return
    yield from _card_state(found, where)
    yield from _vendors(found, where)
    if found.variables is None:
        yield warning(
            f"{key}.params",
            f"KooMessage does not tell the parameters of card template {template}",
            "compare them with the console",
        )
    else:
        names = [variable.name for variable in found.variables]
        yield from _named(names, params, f"{key}.params", f"card template {template}")


def judge_video(
    found: VideoTemplate | None, template: str, wanted: tuple[int, float], key: str = "message"
) -> Iterator[Finding]:
    """Say whether a video template can be sent (ListVmsTemplateStatus).

    wanted is the number of values that the campaign gives, and the epoch time at which the last
    message expires.
    """
    where = f"{key}.template"
    if found is None:
        yield no_such_template(where, f"aim_basic template {template}")
        return
    yield from _video_state(found, where)
    values, until = wanted
    if found.expires_at is not None and found.expires_at < until:
        yield warning(
            where,
            f"aim_basic template {template} ends before this campaign may have ended",
            "have its validity extended in the console before it ends",
        )
    yield from _placeholders(found, values, key)


def _card_state(found: CardTemplate, where: str) -> Iterator[Finding]:
    called = f"card template {found.template}"
    if found.enabled is False:
        yield blocking(where, f"{called} is disabled{said(found.note)}", "enable it in the console")
    yield from reviewed(where, called, found.review, found.note, AWAIT)
    if found.review is Review.PASSED and found.enabled is not False:
        yield fine(where, f"{called} {_quoted(found.name)}is approved and enabled")


def _vendors(found: CardTemplate, where: str) -> Iterator[Finding]:
    if found.vendors is None:
        return
    active = [vendor for vendor, is_active in found.vendors if is_active]
    idle = [vendor for vendor, is_active in found.vendors if not is_active]
    called = f"card template {found.template}"
    if not active:
        yield blocking(
            where,
            f"{called} is active for no maker of handsets, so that nobody would see the card",
            "activate it in the console",
        )
    elif idle:
        yield warning(
            where,
            f"{called} is active for {_list(active)} only: handsets of {_list(idle)} show the "
            "plain SMS",
            "have it activated for them, or decide under [fallback] what those people get",
        )
    else:
        yield fine(where, f"{called} is active for {_list(active)}")


def _named(
    expected: Sequence[str], given: Sequence[str], where: str, called: str
) -> Iterator[Finding]:
    missing = [name for name in expected if name not in given]
    unknown = [name for name in given if name not in expected]
    if missing:
        yield blocking(
            where,
            f"{called} has the parameter {_list(missing)}, which gets no value",
            f'give it a column: {missing[0]} = "..."',
            Exit.CAMPAIGN_INVALID,
        )
    if unknown:
        known = _list(expected) if expected else "none at all"
        yield blocking(
            where,
            f"{called} has no parameter {_list(unknown)}",
            f"take it out; the template's are {known}",
            Exit.CAMPAIGN_INVALID,
        )
    if not missing and not unknown:
        what = f"the parameters of {called} ({_list(expected)})" if expected else called
        yield fine(where, f"{what} all have a value" if expected else f"{what} needs no values")


def _video_state(found: VideoTemplate, where: str) -> Iterator[Finding]:
    called = f"aim_basic template {found.template}"
    yield from reviewed(
        where, called, found.review, found.note, "mend it in the console, or name another"
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
        yield blocking(where, f"{called} is open with no carrier: {_list(off)}", "ask for review")
    elif off:
        yield warning(
            where,
            f"{called} does not go to numbers of {_list(off)}",
            "have it opened there, or expect these numbers to fail",
        )
    elif found.review is Review.PASSED:
        yield fine(where, f"{called} {_quoted(found.name)}is usable with every carrier listed")


def _placeholders(found: VideoTemplate, values: int, key: str) -> Iterator[Finding]:
    where, called = f"{key}.params", f"aim_basic template {found.template}"
    if found.foreign:
        yield blocking(
            where,
            f"{called} takes a picture, sound or video for {_list(found.foreign)}",
            "name a template whose placeholders are all text",
        )
    if found.variables is None:
        yield warning(
            where,
            f"KooMessage does not tell the placeholders of {called}",
            "compare them with the console",
        )
    elif len(found.variables) != values:
        names = [variable.name for variable in found.variables]
        needed = f"{len(names)} ({_list(names)})" if names else "none"
        yield blocking(
            where,
            f"{called} has {needed} placeholders but the campaign gives {values} values",
            "give one for each placeholder, in their order",
            Exit.CAMPAIGN_INVALID,
        )
    elif not found.foreign:
        yield fine(where, f"{called} gets a value for each of its {values} placeholders")


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)


def _quoted(name: str) -> str:
    return f'"{name}" ' if name else ""
