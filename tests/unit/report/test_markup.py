from html import unescape

import pytest

from pipeline.report.html.markup import Markup, element, joined, style_sheet
from pipeline.report.texts.outcomes import Words
from tests.support.html_page import read_page

PAYLOADS = (
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</span></td></tr></table><iframe src=javascript:alert(1)>",
    "<svg/onload=alert(1)>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "</style><style>*{display:none}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;",
    "{{7*7}} ${7*7} #{7*7} <%= 7*7 %> %n %s {0} {rows}",
    "javascript:alert(1)",
    "\x00<scr\x00ipt>alert(1)</scr\x00ipt>",
    "\u202e<b>\u2066",
    "\ud83d<\udc00",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)>",
    "`-alert(1)-`",
    "\r\n\r\n<html>",
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_text_stays_a_text_whatever_it_holds(payload: str) -> None:
    page = read_page(str(element("p", payload, Words(payload, f"{payload}。"), id=payload)))
    assert page.tags == ["p", "span", "span"]
    assert [name for tag, name, _ in page.attributes if tag == "p"] == ["id"]
    assert page.unclosed == []


def test_a_text_is_read_as_it_was_written() -> None:
    text = "<b> & \"quoted\" & 'single' 云商城"
    assert read_page(str(element("p", text))).texts[""] == [text]
    assert unescape(str(joined(text))) == text


def test_markup_cannot_be_made_from_a_text() -> None:
    with pytest.raises(TypeError):
        Markup(object(), "<script>")


@pytest.mark.parametrize("tag", ["script", "a", "img", "iframe", "style", "p onclick", ""])
def test_a_tag_that_a_report_has_no_use_for_cannot_be_made(tag: str) -> None:
    with pytest.raises(KeyError):
        element(tag)


@pytest.mark.parametrize("name", ["href", "src", "style", "onclick", "xlink_href", "x onload", ""])
def test_an_attribute_that_could_load_or_run_something_cannot_be_made(name: str) -> None:
    with pytest.raises(KeyError):
        element("p", **{name: "value"})


def test_an_attribute_may_stand_alone_or_be_left_out() -> None:
    made = element("input", checked=True, class_=None, name=False, id="x")
    assert str(made) == '<input checked id="x">'


def test_rules_that_would_end_their_element_are_refused() -> None:
    with pytest.raises(ValueError, match="end tag"):
        style_sheet("p{} </style><script>")


def test_a_word_that_is_the_same_in_both_languages_stands_once() -> None:
    assert str(joined(Words("same", "same"), 12_345)) == "same12,345"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13800138000", "138****8000"),
        ("+8613800138000", "+86138****8000"),
        ("138 0013 8000", "138****8000"),
        ("8113760c-787c-4c87-82c8-138001380001", "8113760c-787c-4c87-82c8-138001380001"),
        ("2026-11-22 20:38:35", "2026-11-22 20:38:35"),
    ],
)
def test_numbers_are_masked_and_task_ids_are_not(text: str, shown: str) -> None:
    assert str(joined(text)) == shown
