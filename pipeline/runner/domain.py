"""Ask IAM which account a campaign's credentials are of."""

import asyncio

from pipeline.core.answer import Unanswered
from pipeline.core.errors import KoosendError
from pipeline.koomessage.domains import ask_domain
from pipeline.koomessage.options import GatewayOptions
from pipeline.ports import Clock
from pipeline.runner.account import account_at
from pipeline.settings import Campaign

IAM = "https://iam.cn-north-4.myhuaweicloud.com"
"""Where IAM is, unless account.iam_endpoint says otherwise."""

_READ_S = 20.0


def domain_of(campaign: Campaign, clock: Clock) -> str:
    """Return the provider's own id of the account; empty where IAM does not say."""
    return asyncio.run(ask_for_domain(campaign, clock))


async def ask_for_domain(campaign: Campaign, clock: Clock) -> str:
    """Return the provider's own id of the account; empty where IAM does not say."""
    login = campaign.account.login
    options = GatewayOptions(
        IAM if login is None else login.endpoint,
        read_s=_READ_S,
        connections=1,
        ca_file=str(campaign.account.ca_file or ""),
    )
    try:
        async with account_at(campaign, campaign.account.endpoint, clock) as account:
            found = await ask_domain(options, account.credentials, clock.now)
    except KoosendError:
        return ""
    return "" if isinstance(found, Unanswered) else found
