"""Say why a row was not sent to and how to mend it, for every reason."""

from collections.abc import Mapping

from pipeline.core.model import Rejection
from pipeline.language import Words

REJECTIONS: Mapping[Rejection, tuple[Words, Words]] = {
    Rejection.PHONE_EMPTY: (Words("The phone cell is empty."), Words("Fill in the number.")),
    Rejection.PHONE_NOT_A_NUMBER: (
        Words("The phone cell holds something other than a number."),
        Words("Put only the 11 digits of the number there."),
    ),
    Rejection.PHONE_TOO_SHORT: (
        Words("The number has fewer than 11 digits."),
        Words("Look up the whole number; digits are missing."),
    ),
    Rejection.PHONE_TOO_LONG: (
        Words("The number has more than 11 digits."),
        Words("Look for a doubled digit or an extension; it may be the number of a card."),
    ),
    Rejection.PHONE_NOT_MOBILE: (
        Words("This is not a mainland mobile number."),
        Words("A mobile number starts with 13 to 19: look for a wrong digit."),
    ),
    Rejection.PHONE_LANDLINE: (
        Words("This is a landline."),
        Words("A landline cannot get messages: use the person's mobile number."),
    ),
    Rejection.PHONE_SERVICE: (
        Words("This is a number of a service, such as 400, 95 or 106."),
        Words("Use the person's mobile number."),
    ),
    Rejection.PHONE_LETTERS: (
        Words("The number is written with letters, such as O for 0 or l for 1."),
        Words("Write it with digits only."),
    ),
    Rejection.PHONE_FOREIGN: (
        Words("This is a number of another country or region."),
        Words("KooMessage reaches mainland numbers only."),
    ),
    Rejection.PHONE_ROUNDED: (
        Words("The spreadsheet rounded the number, so digits are lost."),
        Words("Set the column to Text and enter the number again."),
    ),
    Rejection.PHONE_SEVERAL: (
        Words("The cell holds several numbers."),
        Words("Give each number a row of its own."),
    ),
    Rejection.ROW_RAGGED: (
        Words("The row has more or fewer cells than the header."),
        Words("Look for a missing quotation mark or a separator inside a text."),
    ),
    Rejection.TEXT_BESIDE_TABLE: (
        Words("A cell beside the table holds text, in a column that has no name."),
        Words("Empty that cell, or give its column a name in the header."),
    ),
    Rejection.CELL_NOT_KNOWN: (
        Words("It is not certain what the spreadsheet shows in a cell."),
        Words("Format the cell plainly, or as text, and enter its value again."),
    ),
    Rejection.VALUE_MISSING: (
        Words("A value that the message needs is empty."),
        Words("Fill in the named column."),
    ),
    Rejection.VALUE_TOO_LONG: (
        Words("A value is longer than the template allows."),
        Words("Shorten the named column."),
    ),
    Rejection.VALUE_TOO_SHORT: (
        Words("A value is shorter than the template allows."),
        Words("Complete the named column."),
    ),
    Rejection.VALUE_FORBIDDEN: (
        Words("A value holds a character that KooMessage does not allow there."),
        Words(
            "In SMS values take out . 。 ' < > { } and line breaks; an amount or address belongs "
            "in a variable of another kind. Elsewhere take out invisible control characters."
        ),
    ),
    Rejection.VALUE_CONTACT: (
        Words("A value holds contact data, such as a phone number or web address."),
        Words("Contact data may stand in the template only; take it out of the named column."),
    ),
    Rejection.VALUE_NOT_A_DATE: (
        Words("A value is no date or time that can be sent."),
        Words("Write 2026-11-30 or 08:30, or set date_format for the column."),
    ),
    Rejection.VALUE_NOT_AN_AMOUNT: (
        Words("A value is no amount."),
        Words("Write digits and a point only, such as 1234.50; ¥ belongs in the template."),
    ),
    Rejection.VALUE_NOT_LETTERS_DIGITS: (
        Words("A value holds more than letters and digits, which its variable takes alone."),
        Words("Leave only A to Z and 0 to 9."),
    ),
    Rejection.VALUE_NOT_A_NUMBER: (
        Words("A value is not the number that its variable takes."),
        Words("Leave only digits."),
    ),
    Rejection.VALUE_NOT_A_LINK: (
        Words("A value is no link of the form that is needed."),
        Words(
            "A short code has 3 to 10 letters or digits; an address is https:// and a plain domain "
            "name, without user name or port, a Chinese name in its xn-- form."
        ),
    ),
    Rejection.VALUE_LINK_NOT_PUBLIC: (
        Words("A link does not lead to a public domain name."),
        Words(
            "Write the filed domain: no IP address in any form, no name of a local network, no "
            "service that turns names into addresses."
        ),
    ),
    Rejection.VALUE_LINK_OTHER_DOMAIN: (
        Words("A link leads to a domain that the campaign does not name."),
        Words("Mend the link, or add its domain to [message.short_url] domains."),
    ),
    Rejection.VALUE_GARBLED: (
        Words("A value is no readable text: characters are lost, or were read wrongly."),
        Words(
            "Take the named column from where it was still readable; if all rows are like this, "
            "say in which encoding the list is written."
        ),
    ),
    Rejection.VALUE_MACHINE_NOTATION: (
        Words("A value is written as programs do it, such as 6.22e+15, NaN, None or a lone %."),
        Words("Write in the named column what people are to read."),
    ),
    Rejection.VALUE_DAY_NUMBER: (
        Words("A value is a bare number of five digits among dates: a day, as spreadsheets count."),
        Words("Format the named column as a date, or write the date as text."),
    ),
    Rejection.DUPLICATE_NUMBER: (
        Words("The number stands in an earlier row, which is the one we send to."),
        Words("Nothing to do; delete one row if it is wrong."),
    ),
    Rejection.OPTED_OUT: (
        Words("The person has opted out."),
        Words("Nothing to do. Who asks to be sent to again: koosend suppress remove NUMBER."),
    ),
    Rejection.UNCLEAR_REPLY: (
        Words("The person sent a reply that may opt out."),
        Words(
            "Read it: koosend suppress list --reason unclear_reply. Who does not opt out: koosend "
            "suppress remove NUMBER."
        ),
    ),
    Rejection.ON_SUPPRESSION_LIST: (
        Words("The number is on the suppression list."),
        Words("Nothing to do; if it is wrong: koosend suppress remove NUMBER."),
    ),
    Rejection.ERASED: (
        Words("The person's data was erased: koosend erase."),
        Words("Nothing to do. Who asks to be sent to again: koosend suppress remove NUMBER."),
    ),
    Rejection.IN_SUPPRESS_FILE: (
        Words("The number stands in a file of numbers to leave out."),
        Words("Nothing to do; if it is wrong, mend that file."),
    ),
    Rejection.SAID_IN_COLUMN: (
        Words("A column of the list says that the person is to be left out."),
        Words("Nothing to do; if it is wrong, mend the cell, or skip_where in the campaign file."),
    ),
    Rejection.REACHED_RECENTLY: (
        Words("The number was sent a message only lately."),
        Words("Nothing to do; same_number_days in the campaign file says how long to wait."),
    ),
    Rejection.REACHED_SINCE: (
        Words("A later run of the campaign has sent to the number meanwhile."),
        Words("Nothing to do; the later run tells what became of its message."),
    ),
    Rejection.SAME_CONTENT_TOO_OFTEN: (
        Words("The number got the same content as often as carriers allow in an hour."),
        Words("Send it later."),
    ),
    Rejection.NUMBER_TOO_OFTEN: (
        Words("The number got as many messages as carriers allow in a day."),
        Words("Send it later."),
    ),
    Rejection.NOT_ON_ALLOW_LIST: (
        Words("The campaign is a trial, and the number is not on its allow-list."),
        Words("Nothing to do; take allow and allow_file out of the campaign to reach everybody."),
    ),
    Rejection.ALREADY_IN_RUN: (
        Words("The number belongs to the run whose mended rows these are, which sends to it."),
        Words("Nothing to do; koosend rerun sends again who certainly got nothing."),
    ),
    Rejection.SUPERSEDED: (
        Words("A later list has the person with other values, which were sent instead."),
        Words("Nothing to do."),
    ),
    Rejection.DROPPED: (
        Words("The run was closed before this row was sent."),
        Words("Nothing to do; put the person on a new list to send to them."),
    ),
    Rejection.ALREADY_SENT: (
        Words("An earlier run sent this person the message, or may have."),
        Words("Nothing to do; koosend run --again sends to everybody once more."),
    ),
}
"""What is wrong with a row, and how to mend it."""
