"""Judge the service number that a port is bound to, and its home page. Pure."""

from collections.abc import Iterator, Sequence

from pipeline.core.catalog import Binding, Effect, Review, ServiceNumber
from pipeline.language import Words, filled
from pipeline.runner.preflight.findings import Finding, warning

_MENDS = {
    Effect.NOT_YET: Words("wait for its approval if the page should show"),
    Effect.NO_LONGER: Words("put it into effect again in the console if the page should show"),
    Effect.FROZEN: Words("unfreeze it in the console if the page should show"),
    Effect.UNKNOWN: Words("look at it in the console"),
}


def shown_by(bindings: Sequence[Binding], signature: str) -> tuple[Binding, ...]:
    """Return the bindings that show a page for the signature, one for each service number.

    One that does not name its service number is left out: nothing can be asked about it.
    """
    shown = {
        (binding.service_id, binding.service_number): binding
        for binding in bindings
        if binding.shows(signature)
    }
    return tuple(binding for binding in shown.values() if binding.service_number)


def judge_service_number(
    found: Sequence[ServiceNumber], binding: Binding, key: str
) -> Iterator[Finding]:
    """Say what is wrong with the service number (ListPubInfos); messages go out without it."""
    called = filled("service number {service_number}", service_number=binding.service_number)
    yield from _judge(
        _of(found, binding), called, filled("this account has no {called}", called=called), key
    )


def judge_home_page(
    found: Sequence[ServiceNumber], binding: Binding, key: str
) -> Iterator[Finding]:
    """Say what is wrong with a service number's home page (ListPortalInfos)."""
    owner = filled("service number {service_number}", service_number=binding.service_number)
    yield from _judge(
        _of(found, binding),
        filled("the home page of {owner}", owner=owner),
        filled("{owner} has no home page", owner=owner),
        key,
    )


def _judge(found: ServiceNumber | None, called: str, missing: str, key: str) -> Iterator[Finding]:
    if found is None:
        yield warning(
            key,
            filled("{missing}, so that the brand's page does not show", missing=missing),
            Words("look at it in the console if it should"),
        )
    elif found.effect is Effect.UNKNOWN:
        yield warning(
            key,
            filled("{called} is {state}", called=called, state=Words(found.effect)),
            _MENDS[found.effect],
        )
    elif found.effect is not Effect.IN_EFFECT:
        # In effect and in review again is a change that waits; what was there before is shown.
        said = {Review.IN_REVIEW, Review.REJECTED} & {found.review}
        more = "".join(f" ({review})" for review in said)
        yield warning(
            key,
            filled(
                "{called} is {effect}{more}, so that the brand's page does not show",
                called=called,
                effect=found.effect,
                more=more,
            ),
            _MENDS[found.effect],
        )


def _of(found: Sequence[ServiceNumber], binding: Binding) -> ServiceNumber | None:
    """Find the one that is meant; where several have its name the number's id decides."""
    meant = [number for number in found if binding.service_id in ("", number.service_id)]
    return next(
        (number for number in meant if number.effect is Effect.IN_EFFECT), next(iter(meant), None)
    )
