"""Lists read page by page: whole, or known not to be."""

import asyncio
import json

import pytest

from pipeline.core.answer import Unanswered
from pipeline.koomessage.paging import LIMIT, PAGES_MAX, WINDOW, Listing, collect, read_page
from pipeline.koomessage.reading import Unreadable


class Pages:
    """A list as a server pages it."""

    def __init__(self, rows: int, *, total: object = None, tells_total: bool = True) -> None:
        self.rows = rows
        self.total = rows if total is None else total
        self.tells_total = tells_total
        self.asked: list[int] = []
        self.silent_at: int | None = None

    async def ask(self, offset: int) -> bytes | Unanswered:
        await asyncio.sleep(0)
        self.asked.append(offset)
        if offset == self.silent_at:
            return Unanswered("silence")
        rows = [{"n": n} for n in range(offset, min(offset + LIMIT, self.rows))]
        page_info = {"total": self.total} if self.tells_total else {}
        return json.dumps({"list": rows, "page_info": page_info}).encode()


def listing_of(pages: Pages) -> Listing:
    return asyncio.run(collect(pages.ask, lambda body: read_page(body, "list")))


@pytest.mark.parametrize("tells_total", [True, False])
@pytest.mark.parametrize("rows", [0, 1, 99, 100, 101, 250, 9999])
def test_a_list_is_read_whole_and_in_order(rows: int, *, tells_total: bool) -> None:
    listing = listing_of(Pages(rows, tells_total=tells_total))
    assert listing.missing is None
    assert [row["n"] for row in listing.rows] == list(range(rows))


def test_a_full_page_that_is_the_whole_list_costs_one_question() -> None:
    pages = Pages(100)
    listing_of(pages)
    assert pages.asked == [0]


def test_a_total_given_as_text_counts() -> None:
    pages = Pages(150, total="150")
    assert listing_of(pages).missing is None
    assert pages.asked == [0, 100]


@pytest.mark.parametrize("total", [-1, 2.5, "many", True, [3], 10**30])
def test_a_list_whose_total_is_no_count_is_not_known_to_be_whole(total: object) -> None:
    assert listing_of(Pages(3, total=total)).missing is not None


def test_a_list_in_ever_so_short_pages_is_given_up() -> None:
    class Drops(Pages):
        async def ask(self, offset: int) -> bytes | Unanswered:
            self.asked.append(offset)
            return json.dumps({"list": [{"n": offset}], "page_info": {"total": 9_000}}).encode()

    pages = Drops(9_000)
    assert listing_of(pages).missing is not None
    assert len(pages.asked) == PAGES_MAX


def test_a_list_that_breaks_off_is_known_not_to_be_whole() -> None:
    listing = listing_of(Pages(120, total=500))
    assert len(listing.rows) == 120
    assert listing.missing is not None


def test_a_list_beyond_the_window_is_known_not_to_be_whole() -> None:
    pages = Pages(WINDOW + 1)
    listing = listing_of(pages)
    assert listing.missing is not None
    assert max(pages.asked) + LIMIT == WINDOW


def test_a_question_that_goes_unanswered_leaves_the_list_not_whole() -> None:
    pages = Pages(250)
    pages.silent_at = 200
    listing = listing_of(pages)
    assert listing.missing == Unanswered("silence")
    assert len(listing.rows) == 200


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"list":"x"}', b'{"list":null}', b"x"])
def test_an_answer_without_a_list_is_no_empty_list(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_page(body, "list")


def test_null_for_an_empty_list_is_an_empty_list_when_its_count_says_so() -> None:
    page = read_page(b'{"list":null,"page_info":{"total":0}}', "list")
    assert (page.rows, page.total) == ((), 0)
