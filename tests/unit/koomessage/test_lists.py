"""Lists read page by page: whole, or known not to be."""

import asyncio
import json

import pytest

from pipeline.core.answer import Unanswered
from pipeline.koomessage.decoding import Unreadable
from pipeline.koomessage.lists import LIMIT, PAGES_MAX, WINDOW, Listing, Page, collect, read_page


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


@pytest.mark.parametrize(
    ("rows", "tells_total"),
    [(rows, told) for rows in (0, 1, 99, 100, 101, 250, 9900) for told in (True, False)]
    + [(9999, True)],
)
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


# A null list is none, whatever its count says: an error inside HTTP 200 was read as emptiness.
@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b'{"list":"x"}',
        b'{"list":null}',
        b"x",
        b'{"list":null,"page_info":{"total":0}}',
        b'{"list":[null],"page_info":{"total":0}}',
        b'{"list":[],"page_info":{"total":0},"error_code":"KM.90019003"}',
        b'{"list":[],"page_info":{"total":0},"error_code":500}',
        b'{"list":[],"page_info":{"total":0},"error_msg":"service exception"}',
        b'{"list":[],"page_info":{"total":0},"status":"500"}',
        b'{"list":[],"page_info":{"total":0},"status":null}',
        b'{"list":[],"page_info":{"total":0},"data":{"error_code":"KM.90010000"}}',
    ],
)
def test_an_answer_without_a_list_is_no_empty_list(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_page(body, "list")


def test_a_list_that_tells_no_total_ends_with_an_empty_page_alone() -> None:
    pages = Pages(9_901, tells_total=False)
    listing = listing_of(pages)
    assert listing.missing is not None, "beyond the window an empty page says nothing"
    pages = Pages(20, tells_total=False)
    assert listing_of(pages).missing is None
    assert pages.asked == [0, 20]


class Odd:
    """A list of a provider that pages in its own way."""

    def __init__(self, rows: int, *how: str, cap: int = LIMIT) -> None:
        self.all = [{"n": n, "id": f"t-{n}"} for n in range(rows)]
        self.how = how
        self.cap = cap
        self.asked: list[int] = []

    async def ask(self, offset: int) -> bytes | Unanswered:
        self.asked.append(offset)
        if offset + LIMIT > WINDOW:
            return b'{"list":[],"page_info":{"total":0}}'
        if "offset ignored" in self.how:
            offset = 0
        if "offset is page" in self.how:
            offset *= self.cap
        page = self.all[offset : offset + self.cap]
        if "counts move" in self.how:
            page = [{**row, "seen": len(self.asked)} for row in page]
        total = len(page) if "total is page" in self.how else len(self.all)
        info = {} if "no total" in self.how else {"total": total}
        return json.dumps({"list": page, "page_info": info}).encode()


def searched(pages: Odd, wanted: int = -1) -> Listing:
    def read(body: bytes) -> Page:
        return read_page(body, "list", "id")

    return asyncio.run(collect(pages.ask, read, lambda row: row["n"] == wanted))


HOWS = [(), ("no total",), ("total is page",)]


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("cap", [20, LIMIT])
@pytest.mark.parametrize("rows", [1, 19, 20, 21, 40, 100, 101, 250])
def test_a_list_proves_an_absence_once_an_empty_page_ended_it(
    rows: int, cap: int, how: tuple[str, ...]
) -> None:
    pages = Odd(rows, *how, cap=cap)
    listing = searched(pages)
    assert listing.missing is None
    assert [row["n"] for row in listing.rows] == list(range(rows))
    assert rows in pages.asked


@pytest.mark.parametrize("how", HOWS)
def test_what_is_on_a_later_page_is_found_whatever_the_totals_say(how: tuple[str, ...]) -> None:
    listing = searched(Odd(150, *how, cap=20), wanted=149)
    assert any(row["n"] == 149 for row in listing.rows)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("moves", [(), ("counts move",)])
@pytest.mark.parametrize("cap", [20, LIMIT])
@pytest.mark.parametrize("rows", [1, 5, 20, 100, 101, 2_005])
def test_a_list_that_ignores_offsets_proves_nothing_absent(
    rows: int, cap: int, moves: tuple[str, ...], how: tuple[str, ...]
) -> None:
    assert searched(Odd(rows, "offset ignored", *moves, *how, cap=cap)).missing is not None


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("cap", [20, LIMIT])
@pytest.mark.parametrize("rows", [2, 20, 101, 600, 2_005])
def test_a_list_whose_offsets_count_pages_proves_nothing_absent_beyond_what_it_showed(
    rows: int, cap: int, how: tuple[str, ...]
) -> None:
    listing = searched(Odd(rows, "offset is page", *how, cap=cap))
    assert listing.missing is not None


def test_a_find_costs_one_question_and_an_empty_list_too() -> None:
    for pages, wanted in ((Odd(1), 0), (Odd(0), 0), (Odd(3), 2)):
        assert searched(pages, wanted).missing is None
        assert pages.asked == [0]


def test_an_empty_page_before_the_greatest_total_is_no_end() -> None:
    class Flaky(Odd):
        async def ask(self, offset: int) -> bytes | Unanswered:
            if offset:
                return b'{"list":[],"page_info":{"total":0}}'
            return await super().ask(offset)

    assert searched(Flaky(150)).missing is not None
