"""Which tasks a question finds: within a span, under names that compare exactly or in part."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from pipeline.emulator.http.listing import WHOLE, Listing, Mark
from pipeline.emulator.state.tasks import Product, SendTask, TaskBook

NAMES = st.text("abAB-", max_size=6)


def task(at: int, name: str = "n") -> SendTask:
    return SendTask(f"t{at}", name, Product.AIM, "700000002", float(at), 9.0, array("Q", [1]))


def book_of(count: int) -> TaskBook:
    book = TaskBook(7)
    for at in range(count):
        book.add(task(at))
    return book


@given(NAMES, NAMES)
def test_names_compare_exactly_unless_they_are_said_to_be_fuzzy(name: str, wanted: str) -> None:
    assert WHOLE.is_named(name, wanted) == (wanted in ("", name))


@given(NAMES, NAMES, st.integers(0, 7))
def test_a_name_that_begins_alike_is_one_that_holds_the_part_and_capitals_do_not_matter(
    name: str, wanted: str, length: int
) -> None:
    begins = Listing(is_fuzzy=True, length=length, must_begin=True)
    holds = Listing(is_fuzzy=True, length=length)
    assert holds.is_named(name, wanted) or not begins.is_named(name, wanted)
    assert begins.is_named(name, wanted) == begins.is_named(name.upper(), wanted.lower())
    assert begins.is_named(wanted + name, wanted)
    assert holds.is_named(name + wanted, wanted)


@given(st.floats(-1, 6), st.floats(-1, 6), st.sets(st.integers(0, 4)))
def test_every_question_sees_the_same_tasks(first: float, last: float, hidden: set[int]) -> None:
    book = book_of(5)
    for at in hidden:
        book.mark(Mark(f"t{at}", is_hidden=True))
    book.listing = Listing(from_s=first, until_s=last)
    seen = [f"t{at}" for at in range(5) if first <= at <= last and at not in hidden]
    assert [one.task_id for one in book.between(Product.AIM, None)] == seen
    assert [one.task_id for one in book.between(Product.AIM, (0.0, 9.0))] == seen
    assert [one.task_id for one in book.by_name(Product.AIM, "n")] == seen
    by_id = [one.task_id for at in range(5) for one in book.by_id(Product.AIM, f"t{at}")]
    assert by_id == seen
    assert len(book.all_of(Product.AIM)) == len(book) == book.messages == 5


def test_a_mark_says_what_is_told_of_one_task_only() -> None:
    book = book_of(2)
    book.mark(Mark("t0", state="scheduled", untold=1))
    assert (book.mark_of("t0").state, book.mark_of("t0").untold) == ("scheduled", 1)
    assert book.mark_of("t1") == Mark("t1")
    assert len(book.by_name(Product.AIM, "n")) == 2
