"""What an account has at the provider that a campaign may name: templates, signatures, apps."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.core.templates import SmsTemplate, Variable
from pipeline.language import marked


class Review(StrEnum):
    """Where something stands with the provider's reviewers."""

    NOT_SUBMITTED = marked("not submitted for review")
    IN_REVIEW = marked("in review")
    PASSED = marked("approved")
    REJECTED = marked("rejected by the review")
    DISABLED = marked("disabled")
    MISSING = marked("missing")
    EXPIRED = marked("expired")
    INACTIVE = marked("not activated yet")
    UNKNOWN = marked("in a state that is not documented")


@dataclass(frozen=True, slots=True)
class CardTemplate:
    """A smart message's card (AIMTemplate).

    enabled is None where it is not told. vendors are the makers of handsets and whether the
    template is active for each; None where that is not told. variables is None where the answer
    has no parameters at all. note is the provider's own text on a template that is not sendable.
    text is what the card says, as far as it is told; None where nothing is.
    """

    template: str
    name: str
    review: Review
    enabled: bool | None
    vendors: tuple[tuple[str, bool], ...] | None
    variables: tuple[Variable, ...] | None
    note: str = ""
    text: str | None = None


@dataclass(frozen=True, slots=True)
class VideoTemplate:
    """A video SMS's template (VmsTemplateStatus).

    carriers holds what each carrier says of it. expires_at is in epoch seconds, read as the
    earliest zone would have it; None is for ever, or not told. foreign names the placeholders
    that take something other than text.
    """

    template: str
    name: str
    review: Review
    carriers: tuple[tuple[str, Review], ...]
    expires_at: float | None
    signature: str
    variables: tuple[Variable, ...] | None
    foreign: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class SmsListing:
    """An SMS template as it is listed (SmsTemplateInfo).

    usable is None where it is not told. known is None where its variables could not be read.
    """

    template: str
    review: Review
    usable: bool | None
    app: str
    signature_id: str
    known: SmsTemplate | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature (SmsSignatureInfo). channel_number is empty until it is approved and set up."""

    signature_id: str
    name: str
    app: str
    channel_number: str
    review: Review
    note: str = ""


class AppState(StrEnum):
    """Where an SMS application stands (SmsApp)."""

    CREATED = marked("not yet live")
    SUSPENDED = marked("suspended")
    LAUNCHED = marked("live")
    UNKNOWN = marked("in a state that is not documented")


@dataclass(frozen=True, slots=True)
class App:
    """An SMS application."""

    name: str
    state: AppState


class Effect(StrEnum):
    """Whether a service number, or its home page, is in effect (PubDetail, PortalModel)."""

    NOT_YET = marked("not in effect yet")
    IN_EFFECT = marked("in effect")
    NO_LONGER = marked("no longer in effect")
    FROZEN = marked("frozen")
    UNKNOWN = marked("in a state that is not documented")


@dataclass(frozen=True, slots=True)
class ServiceNumber:
    """A service number, or the home page of one: whether there is a page that can show."""

    service_id: str
    name: str
    effect: Effect
    review: Review


class PortKind(StrEnum):
    """How a bound port stands for channel numbers (ListPortInfos)."""

    WHOLE = "whole"
    PREFIX = "prefix"
    SUFFIX = "suffix"


@dataclass(frozen=True, slots=True)
class Binding:
    """A port that is bound to a service number: messages from it show the brand's page.

    signatures are those that it shows the page for; any where checks_signature is off.
    service_id is empty where it is not told.
    """

    port: str
    kind: PortKind
    signatures: tuple[str, ...]
    checks_signature: bool
    service_number: str
    service_id: str = ""

    def covers(self, channel_number: str) -> bool:
        """Tell whether messages from that channel number come from this port."""
        match self.kind:
            case PortKind.WHOLE:
                return channel_number == self.port
            case PortKind.PREFIX:
                return channel_number.startswith(self.port)
            case PortKind.SUFFIX:
                return channel_number.endswith(self.port)

    def shows(self, signature: str) -> bool:
        """Tell whether the brand's page is shown for that signature."""
        return not self.checks_signature or signature in self.signatures
