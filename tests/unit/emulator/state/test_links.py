"""Links are found by their address, and their parses counted as often as they may be parsed."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.emulator.http.listing import Listing
from pipeline.emulator.state.links import Link, LinkBook, LinkTask


def task(**changes: object) -> LinkTask:
    fields: dict[str, object] = {
        "task_id": "t",
        "name": "ZF1",
        "tpl_id": "700000001",
        "sms_signs": ("云商城",),
        "resolving_times": 5,
        "is_group": False,
        "days": 7,
        "domain": "km2g.cn",
        "created_s": 100.0,
        "lifetime_s": 50.0,
        "flags": ("a", "b"),
        "extras": (),
        "errors": ("", ""),
        **changes,
    }
    return LinkTask(**fields)  # type: ignore[arg-type] # a builder's fields are of any type


def book_of(*tasks: LinkTask) -> LinkBook:
    book = LinkBook(7)
    for one in tasks:
        book.add(one)
    return book


def test_a_link_is_found_by_its_address_with_or_without_a_scheme() -> None:
    made = task()
    book = book_of(task(task_id="other", flags=("x",), errors=("",)), made)
    url = made.aim_url(1)
    assert book.find(url) == Link(made, 1)
    assert book.find(f"https://{url}") == Link(made, 1)
    assert book.find(f" http://{url} ") == Link(made, 1)
    assert book.find("km2g.cn/none") is None


def test_a_link_that_was_not_made_is_not_found() -> None:
    made = task(codes=("abc", "abd"), errors=("KM.90016482", ""))
    book = book_of(made)
    assert book.find("km2g.cn/abc") is None
    assert book.find("km2g.cn/abd") == Link(made, 1)


def test_a_card_shows_only_under_the_links_own_signature_and_before_it_expires() -> None:
    link = Link(task(), 0)
    assert link.renders_for("云商城", 149.9)
    assert not link.renders_for("云商城", 150.0)
    assert not link.renders_for("别家", 120.0)


def test_a_personal_link_is_parsed_once_and_a_group_link_as_often_as_asked() -> None:
    for is_group, most in ((False, 1), (True, 5)):
        made = task(is_group=is_group)
        book = book_of(made)
        link = Link(made, 0)
        for moment in (109.0, 103.0, 105.0, 101.0, 107.0, 111.0):
            book.opened(link, moment, is_shown=True)
        assert list(book.shown_s(link, 100.0)) == []
        assert list(book.shown_s(link, 200.0)) == [101.0, 103.0, 105.0, 107.0, 109.0][:most]
        assert list(book.shown_s(Link(made, 1), 200.0)) == []


def test_a_vain_try_is_no_parse() -> None:
    made = task()
    book = book_of(made)
    book.opened(Link(made, 0), 101.0, is_shown=False)
    assert list(book.shown_s(Link(made, 0), 200.0)) == []
    assert list(book.failed_s(Link(made, 0), 100.9)) == []
    assert list(book.failed_s(Link(made, 0), 101.0)) == [101.0]


@given(st.lists(st.floats(0.0, 100.0), max_size=20), st.floats(0.0, 100.0), st.floats(0.0, 100.0))
def test_a_span_holds_the_tasks_created_in_it_newest_first(
    times: list[float], begin_s: float, end_s: float
) -> None:
    ordered = sorted(times)
    book = book_of(*(task(task_id=str(at), created_s=moment) for at, moment in enumerate(ordered)))
    found = [one.created_s for one in book.between((begin_s, end_s))]
    assert found == [
        moment for moment in reversed(ordered) if begin_s <= moment <= end_s + 0.999_999
    ]


def test_ids_and_names_of_tasks_to_come_depend_on_seed_and_count_alone() -> None:
    first, second = LinkBook(7), LinkBook(7)
    assert first.next_id() == second.next_id() != LinkBook(8).next_id()
    assert first.next_name() == "ZF1"
    first.add(task())
    assert first.next_id() != second.next_id()
    assert first.next_name() == "ZF2"


def test_a_task_that_is_not_listed_yet_is_found_by_its_links_only() -> None:
    made = task()
    book = book_of(made)
    book.listing = Listing(until_s=99.0)
    assert book.by_id("t") == []
    assert book.between((0.0, 200.0)) == []
    assert book.find(made.aim_url(0)) == Link(made, 0)
    book.listing = Listing(until_s=100.0)
    assert book.by_id("t") == [made]
