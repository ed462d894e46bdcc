"""What a campaign's values must be, by what is known of its templates."""

from pipeline.core.errors import CampaignInvalid
from pipeline.core.parameters import FieldRules, field_rules
from pipeline.core.template import Templates
from pipeline.settings import Campaign

UNKNOWN_TEMPLATES = Templates()
"""Nothing was asked of the provider: what holds for every template is all that is checked."""


def value_rules(
    campaign: Campaign, templates: Templates = UNKNOWN_TEMPLATES
) -> tuple[FieldRules, ...]:
    """Return the rules of each column whose values are sent.

    Raises CampaignInvalid for what no row can fulfil: too few values, a literal that does not fit.
    """
    try:
        return field_rules(campaign.message, templates, campaign.values)
    except CampaignInvalid as mistake:
        raise CampaignInvalid(f"{campaign.file}: {mistake}") from None
