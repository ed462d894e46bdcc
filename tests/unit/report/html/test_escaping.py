"""Whatever is put into a page stays a text in it, with its numbers masked."""

import re
from html import unescape
from importlib import resources

import pytest

from pipeline.language import Bilingual
from pipeline.report.html.page import environment
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


TEMPLATES = ("report.html.j2", "parts.html.j2")
TAGS = {
    *("body", "dd", "div", "dl", "dt", "figcaption", "figure", "footer", "h1", "h2", "head"),
    *("header", "html", "input", "label", "li", "line", "main", "meta", "p", "rect", "section"),
    *("small", "span", "strong", "style", "svg", "table", "tbody", "td", "th", "thead", "title"),
    *("tr", "ul"),
}
"""What a report has use for: none of these can load, link or run anything."""


def put_in(text: object) -> str:
    return environment().from_string("{{ text }}").render(text=text)


def source(name: str) -> str:
    return (resources.files("pipeline.report.html") / name).read_text("utf-8")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_text_stays_a_text_whatever_it_holds(payload: str) -> None:
    template = environment().from_string('<p id="{{ text }}">{{ text }}{{ both }}</p>')
    shown = template.render(text=payload, both=Bilingual(payload, f"{payload}。"))
    page = read_page(shown)
    assert page.tags == ["p", "span", "span"]
    assert [name for tag, name, _ in page.attributes if tag == "p"] == ["id"]
    assert page.unclosed == []


def test_a_text_is_read_as_it_was_written() -> None:
    text = "<b> & \"quoted\" & 'single' 云商城"
    assert read_page(f"<p>{put_in(text)}</p>").texts[""] == [text]
    assert unescape(put_in(text)) == text


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_has_only_tags_and_attributes_that_a_report_has_use_for(name: str) -> None:
    text = source(name)
    assert set(re.findall(r"<([a-z][a-z0-9]*)", text)) <= TAGS
    assert re.findall(r"\b(?:href|src|style|on[a-z]+|action|data)=", text) == []
    assert "safe" not in text, "nothing is let through unescaped"
    assert "autoescape" not in text


def test_a_word_that_is_the_same_in_both_languages_stands_once() -> None:
    assert put_in(Bilingual("same", "same")) == "same"


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
    assert put_in(text) == shown
    assert put_in(Bilingual(text, text)) == shown
