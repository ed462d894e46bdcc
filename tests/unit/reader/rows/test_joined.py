"""What a look at a whole column tells is what its values tell one by one."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.legible.notation import is_machine_notation, may_be_machine_notation
from pipeline.core.templates import KINDS, SEPARATOR, VariableKind
from pipeline.core.values import FieldRules, ValueRule
from pipeline.reader.phones import normalise_column, numbers_of
from pipeline.reader.rows.day_numbers import DateTally
from pipeline.reader.rows.joined import JoinedColumn
from pipeline.reader.rows.values import objections

texts = st.text(
    st.one_of(st.sampled_from("a1王 .-/年😀\ud800\u200b\x00#:E%"), st.characters()), max_size=9
)
columns = st.lists(texts, max_size=12)


@given(columns)
def test_a_joined_column_knows_its_characters_and_lengths(values: list[str]) -> None:
    column = JoinedColumn(values)
    assert set(column.characters) == set("".join(values))
    assert len(column.characters) == len(set(column.characters))
    assert column.is_sure == (SEPARATOR not in "".join(values))
    assert column.empty == values.count("")
    units = [len(text.encode("utf-16-le", "surrogatepass")) // 2 for text in values]
    if column.is_sure:
        assert column.lengths.tolist() == units
    assert all(map(column.has_length, units))
    assert column.is_sure <= (column.has_length(5) == (5 in units))


@given(columns, st.integers(0, 3), st.one_of(st.none(), st.integers(3, 9)))
def test_a_column_breaks_a_rule_where_one_of_its_values_does(
    values: list[str], least: int, most: int | None
) -> None:
    for kind in KINDS.values():
        rule = ValueRule(kind, least, most)
        alone = [(at, why) for at, text in enumerate(values) if (why := rule.objection(text))]
        assert list(objections(JoinedColumn(values), FieldRules(rules=(rule,)))) == alone


@given(
    st.sampled_from(["王芳", "12.5", "VIP"]), st.sampled_from(["", "好", "a\x07", "𠮷", "x" * 9])
)
def test_one_wrong_value_is_found_among_many_right_ones(right: str, other: str) -> None:
    rule = ValueRule(KINDS[VariableKind.VIDEO], 1, 8)
    values = [right] * 50 + [other] + [right] * 50
    found = list(objections(JoinedColumn(values), FieldRules(rules=(rule,))))
    assert [at for at, _ in found] == ([50] if rule.objection(other) else [])


@given(
    st.lists(
        st.sampled_from(["20261130", "2026-11-30", "2026年11月30日", "46356", "", "8", "王芳"])
    )
)
def test_day_numbers_are_found_in_a_column_of_dates_alone(values: list[str]) -> None:
    dates = sum(text.startswith("2026") for text in values)
    expected = [at for at, text in enumerate(values) if text == "46356"]
    few = not dates or 2 * dates < len(values) - values.count("")
    assert DateTally().day_numbers(JoinedColumn(values)) == ([] if few else expected)


@given(st.lists(st.from_regex(r"[-+.0-9eE%nNa: T]{1,12}", fullmatch=True), max_size=4))
def test_no_machine_notation_is_passed_over_in_a_column(values: list[str]) -> None:
    column = JoinedColumn(values)
    if any(map(is_machine_notation, values)):
        assert may_be_machine_notation(column.text, column.characters)


@given(st.lists(st.from_regex(r"1[0-9]{10}", fullmatch=True)))
def test_numbers_of_plain_digits_are_judged_at_once(phones: list[str]) -> None:
    found = normalise_column(phones)
    right = [int(text) if text[1] >= "3" else 0 for text in phones]
    assert found.numbers.tolist() == right
    assert numbers_of(phones).tolist() == [int(text) for text in phones]
