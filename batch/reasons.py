"""Every word that the service says of a file or a row, as people read it. Pure."""

from collections.abc import Mapping
from typing import Final

from authsvc.core.i18n import N_

APPLIED: Final = "applied"
WITHDRAWN: Final = "unit_withdrawn"
NO_FILE: Final = N_("Please choose a file first.")
ONE_FILE: Final = N_("Please choose only one file at a time.")
# Why a whole file is not taken (`reading.read`, `naming.name_fault`).
OF_FILE: Final[Mapping[str, str]] = {
    "name_shape": N_("The file's name must be the unit code (9 digits), the ROC date (7 digits) and .csv."),
    "name_unit": N_("The file's name begins with the code of another unit."),
    "name_date": N_("The date in the file's name is no date of the calendar."),
    "name_future": N_("The date in the file's name is still to come."),
    "empty": N_("The file has no rows."),
    "workbook": N_("This is a spreadsheet, not a CSV file. Save it as CSV and choose that file."),
    "utf16": N_("This file is in UTF-16. Save it as CSV in UTF-8 or Big5."),
    "encoding": N_("This row cannot be read in the chosen encoding. Save the file as CSV in UTF-8 or Big5."),
    "nul": N_("This row holds characters that are no text (NUL)."),
    "line_ends": N_("Lines must end with LF or CR LF, not with CR alone."),
    "quotes": N_("A quotation mark opens or closes in the wrong place."),
    "too_long": N_("This row is too long."),
    "heading": N_("This is a heading. Delete it: the first row is the first person."),
    "blank_row": N_("This row is blank. Delete it."),
    "short_row": N_("This row has too few columns: ID, e-mail, mobile number, telephone (may be empty)."),
    "extra_columns": N_("This row has too many columns: only ID, e-mail, mobile number, telephone."),
    "too_many_rows": N_("The file has more than 50,000 rows. Divide it into several."),
}
# What became of a row.
OF_ROW: Final[Mapping[str, str]] = {
    APPLIED: N_("Application entered; the e-mail with the link is being sent."),
    WITHDRAWN: N_("The registration of the unit was withdrawn! Not entered!"),
    "not_insured": N_("Not insured in this unit! Not entered!"),
    "already_registered": N_("Registered already! Not entered!"),
    "already_applied": N_("An application is waiting already! Not entered!"),
    "card_not_valid": N_("The health card is not valid! Not entered!"),
    "id_invalid": N_("The ID or its check digit is wrong! Not entered!"),
    "email_invalid": N_("The e-mail address is wrong! Not entered!"),
    "mobile_invalid": N_("The mobile number is wrong (10 digits, beginning with 09)! Not entered!"),
    "phone_invalid": N_("The telephone number is wrong (as 02-21234567#123)! Not entered!"),
}
STATES: Final[Mapping[str, str]] = {
    "waiting": N_("Uploaded, waiting"),
    "running": N_("Being entered"),
    "done": N_("Done"),
}
