"""One behaviour suite for the Catalog port: the real part before a real emulator, and its fake."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from pipeline.core.answer import Hindrance, Unanswered
from pipeline.core.catalog import AppState, Effect, Review, ServiceNumber
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.ports import Catalog
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.fakes import ScriptedCatalog
from tests.support.koomessage import options
from tests.support.preflight import good_catalog

T = TypeVar("T")
Ask = Callable[[Callable[[Catalog], Awaitable[T]]], T]


def over_http(url: str, question: Callable[[Catalog], Awaitable[T]]) -> T:
    async def work() -> T:
        gateway = KooMessageGateway(options(url))
        try:
            return await question(gateway.catalog())
        finally:
            await gateway.close()

    return asyncio.run(work())


def of_fake(question: Callable[[Catalog], Awaitable[T]], catalog: ScriptedCatalog) -> T:
    async def work() -> T:
        return await question(catalog)

    return asyncio.run(work())


def both(emulator: EmulatorProcess, question: Callable[[Catalog], Awaitable[T]]) -> tuple[T, T]:
    return over_http(emulator.url, question), of_fake(question, good_catalog())


def test_templates_are_found_by_their_number(shared: EmulatorProcess) -> None:
    for card in both(shared, lambda catalog: catalog.card_template("700000001")):
        assert card is not None
        assert not isinstance(card, Unanswered)
        assert (card.template, card.review, card.enabled) == ("700000001", Review.PASSED, True)
        assert [one.name for one in card.variables or ()] == ["name", "points", "shop"]
    for video in both(shared, lambda catalog: catalog.video_template("600000001")):
        assert video is not None
        assert not isinstance(video, Unanswered)
        assert [one.name for one in video.variables or ()] == ["p_1", "p_2"]
        assert {review for _, review in video.carriers} == {Review.PASSED}
    for sms in both(shared, lambda catalog: catalog.sms_template("15010661")):
        assert sms is not None
        assert not isinstance(sms, Unanswered)
        assert sms.known is not None
        kinds = [str(one.kind) for one in sms.known.variables]
        assert kinds == ["TEXT", "NEWTEXT", "CHARDIGIT"]
        assert sms.app == "member-app"


@pytest.mark.parametrize(
    ("template", "said"), [("700000002", "到店即享会员价"), ("700000001", "您的积分有变动")]
)
def test_what_a_card_says_is_told_by_its_pages_or_by_its_example(
    shared: EmulatorProcess, template: str, said: str
) -> None:
    card = over_http(shared.url, lambda catalog: catalog.card_template(template))
    assert card is not None
    assert not isinstance(card, Unanswered)
    assert said in (card.text or "")


def test_what_is_not_there_is_none(shared: EmulatorProcess) -> None:
    assert both(shared, lambda catalog: catalog.card_template("799999999")) == (None, None)
    assert both(shared, lambda catalog: catalog.video_template("699999999")) == (None, None)
    assert both(shared, lambda catalog: catalog.sms_template("19999999")) == (None, None)


def test_names_are_compared_exactly_although_the_lists_search(shared: EmulatorProcess) -> None:
    for found in both(shared, lambda catalog: catalog.signatures("云商城")):
        assert not isinstance(found, Unanswered)
        assert [(one.name, one.channel_number) for one in found] == [("云商城", "10690000001")]
    assert both(shared, lambda catalog: catalog.signatures("云商")) == ((), ())
    for apps in both(shared, lambda catalog: catalog.apps("member-app")):
        assert not isinstance(apps, Unanswered)
        assert [one.state for one in apps] == [AppState.LAUNCHED]
    assert both(shared, lambda catalog: catalog.apps("member")) == ((), ())


def test_bindings_are_those_that_the_channel_number_belongs_to(shared: EmulatorProcess) -> None:
    for found in both(shared, lambda catalog: catalog.bindings("10690000001", "云商城")):
        assert not isinstance(found, Unanswered)
        assert [one.shows("云商城") for one in found] == [True]
    for found in both(shared, lambda catalog: catalog.bindings("10690000001", "别家")):
        assert not isinstance(found, Unanswered)
        assert [one.shows("别家") for one in found] == [False]
    assert both(shared, lambda catalog: catalog.bindings("10699999999", "云商城")) == ((), ())


def numbers(name: str) -> Callable[[Catalog], Awaitable[tuple[ServiceNumber, ...] | Unanswered]]:
    return lambda catalog: catalog.service_numbers(name)


def pages(name: str) -> Callable[[Catalog], Awaitable[tuple[ServiceNumber, ...] | Unanswered]]:
    return lambda catalog: catalog.home_pages(name)


def test_service_numbers_and_their_home_pages_are_found_by_their_name(
    shared: EmulatorProcess,
) -> None:
    for bound in both(shared, lambda catalog: catalog.bindings("10690000001", "云商城")):
        assert not isinstance(bound, Unanswered)
        assert [one.service_number for one in bound] == ["云商城服务号"]
        for question in (numbers, pages):
            for found in both(shared, question("云商城服务号")):
                assert not isinstance(found, Unanswered)
                (one,) = found
                assert (one.effect, one.review) == (Effect.IN_EFFECT, Review.PASSED)
                assert one.service_id == bound[0].service_id
    for name in ("云商城", "一个比搜索所允许的十五个字还要长的服务号"):
        assert both(shared, numbers(name)) == ((), ())
        assert both(shared, pages(name)) == ((), ())


def test_silence_is_no_absence(tmp_path: Path) -> None:
    with running_emulator(tmp_path) as emulator:
        url = emulator.url
    told = over_http(url, lambda catalog: catalog.card_template("700000001"))
    assert isinstance(told, Unanswered)
    assert told.hindrance is Hindrance.UNREACHABLE
    silent = ScriptedCatalog(silence=told)
    assert of_fake(lambda catalog: catalog.card_template("700000001"), silent) == told
    assert of_fake(lambda catalog: catalog.apps("member-app"), silent) == told
