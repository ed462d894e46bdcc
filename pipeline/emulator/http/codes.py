"""The error codes the emulator answers with, and the refusal that carries one.

Codes that start with KM.EMULATOR stand where the documents name none: they are visibly not real.
"""

from collections.abc import Mapping
from enum import StrEnum


class Code(StrEnum):
    """Name the provider's error codes (ErrorCode page), all of them HTTP 400."""

    SIGN_LENGTH = "KM.00001076"
    SMS_TEMPLATE_ABSENT = "KM.00001081"
    SMS_TEMPLATE_NONE = "KM.00001080"
    SMS_TEMPLATE_NONE_OF_SEVERAL = "KM.00001082"
    SMS_TEMPLATE_ID = "KM.00001080"
    PHONES_EMPTY = "KM.00001083"
    CHANNEL_NUMBER_LENGTH = "KM.00001098"
    APP_EMPTY = "KM.00001124"
    APP_MISMATCH = "KM.00001125"
    CHANNEL_EMPTY = "KM.00001126"
    SIGN_EMPTY = "KM.00001127"
    SIGN_MISMATCH = "KM.00001128"
    SMS_TEMPLATE_EMPTY = "KM.00001129"
    SMS_TEMPLATE_NOT_NUMERIC = "KM.00001134"
    SMS_TEMPLATE_UNKNOWN = "KM.00001135"
    SMS_VALUE_LENGTH = "KM.00001375"
    SMS_VALUES_COUNT = "KM.00001376"
    SMS_TEMPLATE_WITHOUT_LINK = "KM.00001377"
    SMS_TIME_RULE = "KM.00001403"
    SMS_DIGITS_RULE = "KM.00001404"
    TOO_MANY_RECEIVERS = "KM.00001500"
    EXTEND_LENGTH = "KM.00001501"
    PHONE_FORMAT = "KM.00001502"
    SMS_VALUE_RULE = "KM.00001503"
    TOO_MANY_PHONES = "KM.90016301"
    TOO_MANY_LINKS = "KM.90016403"
    TEMPLATE_UNKNOWN = "KM.90016405"
    INPUT_EMPTY = "KM.90016414"
    COLLECTION_EMPTY = "KM.90016415"
    TOO_MANY_CODES = "KM.90016416"
    SHORT_CODE_TAKEN = "KM.90016482"
    CARD_PARAMS = "KM.90016802"
    LINK_FAILED = "KM.90011001"
    SERVICE_EXCEPTION = "KM.90019003"
    PARAMETER = "KM.EMULATOR.PARAMETER"
    BODY = "KM.EMULATOR.BODY"
    TEMPLATE_STATE = "KM.EMULATOR.TEMPLATE_STATE"
    CHANNEL_MISMATCH = "KM.EMULATOR.CHANNEL_MISMATCH"
    CHANNEL_STATE = "KM.EMULATOR.CHANNEL_STATE"
    NO_VALID_PHONE = "KM.EMULATOR.NO_VALID_PHONE"
    UNKNOWN_ID = "KM.EMULATOR.UNKNOWN_ID"


MESSAGES: Mapping[Code, str] = {
    Code.SIGN_LENGTH: "the length of the SMS signature must be 1 to 18",
    Code.SMS_TEMPLATE_ABSENT: "the template id is empty",
    Code.SMS_TEMPLATE_NONE: "the template id does not exist",
    Code.SMS_TEMPLATE_NONE_OF_SEVERAL: "the template id does not exist",
    Code.SMS_TEMPLATE_ID: "the template id does not exist",
    Code.PHONES_EMPTY: "the phone list is empty",
    Code.CHANNEL_NUMBER_LENGTH: "the length of the channel number must be 1 to 21",
    Code.APP_EMPTY: "the SMS application name is empty",
    Code.APP_MISMATCH: "the SMS application name does not match",
    Code.CHANNEL_EMPTY: "the SMS channel parameter is empty",
    Code.SIGN_EMPTY: "the SMS signature is empty",
    Code.SIGN_MISMATCH: "the SMS signature does not match",
    Code.SMS_TEMPLATE_EMPTY: "the SMS template id is empty",
    Code.SMS_TEMPLATE_NOT_NUMERIC: "the SMS template id is not a number",
    Code.SMS_TEMPLATE_UNKNOWN: "the SMS template does not exist",
    Code.SMS_VALUE_LENGTH: "the length of an SMS template value is out of range",
    Code.SMS_VALUES_COUNT: "the number of SMS template variables differs from sms_params",
    Code.SMS_TEMPLATE_WITHOUT_LINK: "the SMS template lacks the parse id variable",
    Code.SMS_TIME_RULE: "a date or time variable does not match the rule",
    Code.SMS_DIGITS_RULE: "an other-number variable does not match the rule",
    Code.TOO_MANY_RECEIVERS: "there are more receivers than allowed",
    Code.EXTEND_LENGTH: "the extend field is too long",
    Code.PHONE_FORMAT: "the format of a receiver number is wrong",
    Code.SMS_VALUE_RULE: "the check of the SMS template parameters failed",
    Code.TOO_MANY_PHONES: "the number of phones exceeds the maximum",
    Code.TOO_MANY_LINKS: "the number of short links exceeds the maximum",
    Code.TEMPLATE_UNKNOWN: "the template does not exist, no short link can be made",
    Code.INPUT_EMPTY: "the input is empty",
    Code.COLLECTION_EMPTY: "the collection is empty",
    Code.TOO_MANY_CODES: "the number of codes exceeds the maximum",
    Code.SHORT_CODE_TAKEN: "the custom short link is a duplicate",
    Code.CARD_PARAMS: "the card parameters differ from the protocol parameters",
    Code.LINK_FAILED: "the external system gave no link",
    Code.SERVICE_EXCEPTION: "service exception",
    Code.PARAMETER: "illegal parameter",
    Code.BODY: "the body is not a JSON object",
    Code.TEMPLATE_STATE: "the template is not approved or not enabled",
    Code.CHANNEL_MISMATCH: "the channel number does not match",
    Code.CHANNEL_STATE: "the application or signature is not in service",
    Code.NO_VALID_PHONE: "no receiver number is valid",
    Code.UNKNOWN_ID: "there is nothing with this id",
}


class RefusedError(Exception):
    """Refuse a call with one of the provider's codes; `field` says where, never what was sent."""

    def __init__(self, code: Code, field: str = "") -> None:
        self.code = code
        self.message = f"{MESSAGES[code]}: {field}" if field else MESSAGES[code]
        super().__init__(self.message)
