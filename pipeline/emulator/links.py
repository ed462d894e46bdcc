"""Short links: which domain they live under, custom codes, and where else they may lead."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipeline.emulator.codes import MESSAGES, Code, RefusedError
from pipeline.emulator.fields import Body, loose_text, text
from pipeline.emulator.tasks import LINK_LENGTH
from pipeline.emulator.world import Links

_CUSTOM_URL_MAX = 2_048
_DOMAIN_MAX = 100
_CODE = re.compile(r"[0-9A-Za-z]{3,10}")
_CUSTOM_URL = re.compile(r"https?://([\w-]+\.)+[\w-]+(/[\w\-./?%&=]*)?")


@dataclass(frozen=True, slots=True)
class LinkPlan:
    """Hold how a task's links are made; `jump_domains` empty allows any."""

    domain: str
    is_custom: bool
    jump_domains: tuple[str, ...]

    def lengths(self, codes: Sequence[str], count: int) -> list[int]:
        """Return how long each link is in a text: custom codes are as long as they like."""
        before = len(self.domain) + 1
        return [before + len(code) for code in codes] or [before + LINK_LENGTH] * count


def link_plan(links: Links, resolve: Body) -> LinkPlan:
    """Read `generation_type` (1 standard, 2 custom) and `domain`; raise RefusedError."""
    generation = loose_text(resolve, "generation_type") or "1"
    if generation not in ("1", "2"):
        raise RefusedError(Code.PARAMETER, "generation_type")
    is_custom = generation == "2"
    domain = text(resolve, "domain", (0, _DOMAIN_MAX))
    registered = links.custom_domains if is_custom else [links.domain]
    if (domain or is_custom) and domain not in registered:
        raise RefusedError(Code.PARAMETER, "domain")
    return LinkPlan(domain or links.domain, is_custom, tuple(links.jump_domains))


def check_link(plan: LinkPlan, item: Body) -> dict[str, str]:
    """Check one message's custom code or jump address and return what it has of them."""
    if plan.is_custom:
        code = item.get("custom_short_code")
        if not isinstance(code, str) or _CODE.fullmatch(code) is None:
            raise RefusedError(Code.PARAMETER, "custom_short_code")
        return {"custom_short_code": code}
    url = item.get("custom_url")
    if url is None or url == "":
        return {}
    if not isinstance(url, str) or not _leads(plan, url):
        raise RefusedError(Code.PARAMETER, "custom_url")
    return {"custom_url": url}


def failed_link(item: object) -> dict[str, object]:
    """Return what an answer tells of a link that could not be made."""
    given = item if isinstance(item, dict) else {}
    return {
        "cust_flag": given.get("cust_flag"),
        "dync_params": given.get("dync_params"),
        "custom_url": given.get("custom_url"),
        "result_code": Code.LINK_FAILED.value,
        "error_message": MESSAGES[Code.LINK_FAILED],
    }


def _leads(plan: LinkPlan, url: str) -> bool:
    if len(url) > _CUSTOM_URL_MAX or _CUSTOM_URL.fullmatch(url) is None:
        return False
    return not plan.jump_domains or urlsplit(url).hostname in plan.jump_domains
