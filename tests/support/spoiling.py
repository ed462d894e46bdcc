"""Spoil one thing of a catalog in which everything is as a campaign wants it."""

from collections.abc import Callable
from dataclasses import replace

from pipeline.core.catalog import AppState
from pipeline.core.templates import VariableKind
from tests.support.fakes import ScriptedCatalog
from tests.support.preflight import APP, BINDING, CARD, SERVICE, SIGNATURE, SMS, VIDEO, renamed

Change = Callable[[ScriptedCatalog], None]


def with_card(**changed: object) -> Change:
    """Change the card template."""

    def change(catalog: ScriptedCatalog) -> None:
        catalog.cards = {CARD.template: replace(CARD, **changed)}  # type: ignore[arg-type]  # the table names fields

    return change


def with_video(**changed: object) -> Change:
    """Change the video template."""

    def change(catalog: ScriptedCatalog) -> None:
        catalog.videos = {VIDEO.template: replace(VIDEO, **changed)}  # type: ignore[arg-type]  # the table names fields

    return change


def with_sms(**changed: object) -> Change:
    """Change the SMS template."""

    def change(catalog: ScriptedCatalog) -> None:
        catalog.sms = {SMS.template: replace(SMS, **changed)}  # type: ignore[arg-type]  # the table names fields

    return change


def with_variables(*kinds: VariableKind) -> Change:
    """Give the SMS template other variables."""

    def change(catalog: ScriptedCatalog) -> None:
        catalog.sms = {SMS.template: renamed(SMS, *kinds)}

    return change


def with_signature(**changed: object) -> Change:
    """Change the signature."""

    def change(catalog: ScriptedCatalog) -> None:
        catalog.known_signatures = (replace(SIGNATURE, **changed),)  # type: ignore[arg-type]  # the table names fields

    return change


def with_app(state: AppState) -> Change:
    """Put the application in another state."""

    def change(catalog: ScriptedCatalog) -> None:
        catalog.known_apps = (replace(APP, state=state),)

    return change


def with_binding(**changed: object) -> Change:
    """Change the port's binding."""

    def change(catalog: ScriptedCatalog) -> None:
        catalog.known_bindings = (replace(BINDING, **changed),)  # type: ignore[arg-type]  # the table names fields

    return change


def with_service_number(**changed: object) -> Change:
    """Change the service number that the port is bound to."""

    def change(catalog: ScriptedCatalog) -> None:
        catalog.known_service_numbers = (replace(SERVICE, **changed),)  # type: ignore[arg-type]  # the table names fields

    return change


def with_home_page(**changed: object) -> Change:
    """Change the home page of the service number."""

    def change(catalog: ScriptedCatalog) -> None:
        catalog.known_home_pages = (replace(SERVICE, **changed),)  # type: ignore[arg-type]  # the table names fields

    return change


def without(name: str) -> Change:
    """Take everything of one kind away."""

    def change(catalog: ScriptedCatalog) -> None:
        setattr(catalog, name, type(getattr(catalog, name))())

    return change
