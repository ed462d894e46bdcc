"""Why a row is not sent to, and what was done to its values so that it can be."""

from enum import StrEnum


class Rejection(StrEnum):
    """Why a row is not sent to. The text for each stands in report/texts.py."""

    PHONE_EMPTY = "phone_empty"
    PHONE_NOT_A_NUMBER = "phone_not_a_number"
    PHONE_TOO_SHORT = "phone_too_short"
    PHONE_TOO_LONG = "phone_too_long"
    PHONE_NOT_MOBILE = "phone_not_mobile"
    PHONE_LANDLINE = "phone_landline"
    PHONE_SERVICE = "phone_service"
    PHONE_LETTERS = "phone_letters"
    PHONE_FOREIGN = "phone_foreign"
    PHONE_ROUNDED = "phone_rounded"
    PHONE_SEVERAL = "phone_several"
    ROW_RAGGED = "row_ragged"
    VALUE_MISSING = "value_missing"
    VALUE_TOO_LONG = "value_too_long"
    VALUE_TOO_SHORT = "value_too_short"
    VALUE_FORBIDDEN = "value_forbidden"
    VALUE_CONTACT = "value_contact"
    VALUE_NOT_A_DATE = "value_not_a_date"
    VALUE_NOT_AN_AMOUNT = "value_not_an_amount"
    VALUE_NOT_LETTERS_DIGITS = "value_not_letters_digits"
    VALUE_NOT_A_NUMBER = "value_not_a_number"
    VALUE_NOT_A_LINK = "value_not_a_link"
    DUPLICATE_NUMBER = "duplicate_number"
    OPTED_OUT = "opted_out"
    ON_SUPPRESSION_LIST = "on_suppression_list"
    IN_SUPPRESS_FILE = "in_suppress_file"
    REACHED_RECENTLY = "reached_recently"
    REACHED_SINCE = "reached_since"
    SAME_CONTENT_TOO_OFTEN = "same_content_too_often"
    NUMBER_TOO_OFTEN = "number_too_often"
    NOT_ON_ALLOW_LIST = "not_on_allow_list"
    ALREADY_IN_RUN = "already_in_run"


class Adjustment(StrEnum):
    """What was done to a value before it was judged."""

    DEFAULTED = "defaulted"
    SPACES = "spaces"
    DATED = "dated"
    PLAIN_AMOUNT = "plain_amount"
    TRUNCATED = "truncated"
