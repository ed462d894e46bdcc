"""The error codes the emulator answers with, and the refusal that carries one.

Codes that start with KM.EMULATOR stand where the documents name none: they are visibly not real.
"""

from enum import StrEnum
from typing import Self


class Code(StrEnum):
    """Name the provider's error codes (ErrorCode page) and their messages, all of them HTTP 400."""

    message: str

    def __new__(cls, code: str, message: str) -> Self:
        """Make a member that equals its code."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.message = message
        return member

    SIGN_LENGTH = "KM.00001076", "the length of the SMS signature must be 1 to 18"
    SMS_TEMPLATE_ABSENT = "KM.00001081", "the template id is empty"
    SMS_TEMPLATE_NONE = "KM.00001080", "the template id does not exist"
    SMS_TEMPLATE_NONE_OF_SEVERAL = "KM.00001082", "the template id does not exist"
    PHONES_EMPTY = "KM.00001083", "the phone list is empty"
    CHANNEL_NUMBER_LENGTH = "KM.00001098", "the length of the channel number must be 1 to 21"
    APP_EMPTY = "KM.00001124", "the SMS application name is empty"
    APP_MISMATCH = "KM.00001125", "the SMS application name does not match"
    CHANNEL_EMPTY = "KM.00001126", "the SMS channel parameter is empty"
    SIGN_EMPTY = "KM.00001127", "the SMS signature is empty"
    SIGN_MISMATCH = "KM.00001128", "the SMS signature does not match"
    SMS_TEMPLATE_EMPTY = "KM.00001129", "the SMS template id is empty"
    SMS_TEMPLATE_NOT_NUMERIC = "KM.00001134", "the SMS template id is not a number"
    SMS_TEMPLATE_UNKNOWN = "KM.00001135", "the SMS template does not exist"
    SMS_VALUE_LENGTH = "KM.00001375", "the length of an SMS template value is out of range"
    SMS_VALUES_COUNT = "KM.00001376", "the number of SMS template variables differs from sms_params"
    SMS_TEMPLATE_WITHOUT_LINK = "KM.00001377", "the SMS template lacks the parse id variable"
    SMS_TIME_RULE = "KM.00001403", "a date or time variable does not match the rule"
    SMS_DIGITS_RULE = "KM.00001404", "an other-number variable does not match the rule"
    TOO_MANY_RECEIVERS = "KM.00001500", "there are more receivers than allowed"
    EXTEND_LENGTH = "KM.00001501", "the extend field is too long"
    PHONE_FORMAT = "KM.00001502", "the format of a receiver number is wrong"
    SMS_VALUE_RULE = "KM.00001503", "the check of the SMS template parameters failed"
    TOO_MANY_PHONES = "KM.90016301", "the number of phones exceeds the maximum"
    TOO_MANY_LINKS = "KM.90016403", "the number of short links exceeds the maximum"
    TEMPLATE_UNKNOWN = "KM.90016405", "the template does not exist, no short link can be made"
    INPUT_EMPTY = "KM.90016414", "the input is empty"
    COLLECTION_EMPTY = "KM.90016415", "the collection is empty"
    TOO_MANY_CODES = "KM.90016416", "the number of codes exceeds the maximum"
    SHORT_CODE_TAKEN = "KM.90016482", "the custom short link is a duplicate"
    CARD_PARAMS = "KM.90016802", "the card parameters differ from the protocol parameters"
    LINK_FAILED = "KM.90011001", "the external system gave no link"
    SERVICE_EXCEPTION = "KM.90019003", "service exception"
    PARAMETER = "KM.EMULATOR.PARAMETER", "illegal parameter"
    BODY = "KM.EMULATOR.BODY", "the body is not a JSON object"
    TEMPLATE_STATE = "KM.EMULATOR.TEMPLATE_STATE", "the template is not approved or not enabled"
    CHANNEL_MISMATCH = "KM.EMULATOR.CHANNEL_MISMATCH", "the channel number does not match"
    CHANNEL_STATE = "KM.EMULATOR.CHANNEL_STATE", "the application or signature is not in service"
    NO_VALID_PHONE = "KM.EMULATOR.NO_VALID_PHONE", "no receiver number is valid"
    UNKNOWN_ID = "KM.EMULATOR.UNKNOWN_ID", "there is nothing with this id"


class RefusedError(Exception):
    """Refuse a call with one of the provider's codes; `field` says where, never what was sent."""

    def __init__(self, code: Code, field: str = "") -> None:
        self.code = code
        self.message = f"{code.message}: {field}" if field else code.message
        super().__init__(self.message)


def refuse_if(is_wrong: object, code: Code, field: str = "") -> None:
    """Refuse a call that something is wrong with: raise RefusedError."""
    if is_wrong:
        raise RefusedError(code, field)


def message_of(code: str) -> str:
    """Return what the documents say of a code, as far as they are known here."""
    return next((known.message for known in Code if known == code), "the request was refused")
