from odoo import api, models

from ..tools.client_sheets import SHEETS


class KbsClientImport(models.Model):
    """Every word of the workbook: names of sheets and columns, notes, faults."""

    _inherit = "kbs.client.import"

    @api.model
    def _get_sheet_names(self):
        return {
            "client": self.env._("Clients"),
            "person": self.env._("Persons"),
            "copy": self.env._("Copies"),
            "support": self.env._("Support"),
            "hours": self.env._("Hours Left"),
        }

    @api.model
    def _get_headers(self):
        """Return ``{(sheet, key of column): title}`` in the language of the context."""
        titles = self._get_column_names()
        return {
            (sheet, column.key): titles.get(f"{sheet}.{column.key}")
            or titles[column.key]
            for sheet, columns in SHEETS.items()
            for column in columns
        }

    @api.model
    def _get_column_names(self):
        return {
            "code": self.env._("Client’s ЄДРПОУ"),
            "client.code": self.env._("ЄДРПОУ"),
            "name": self.env._("Full name"),
            "vat": self.env._("VAT payer’s number"),
            "state": self.env._("Region"),
            "city": self.env._("City"),
            "street": self.env._("Street, house"),
            "zip": self.env._("Postcode"),
            "email": self.env._("E-mail"),
            "phone": self.env._("Phone"),
            "manager": self.env._("Manager’s login"),
            "job": self.env._("Job position"),
            "role": self.env._("Role in support"),
            "program": self.env._("Program’s code"),
            "copy.number": self.env._("Copy’s number"),
            "edition": self.env._("Edition"),
            "version": self.env._("Installed version"),
            "place": self.env._("Workplace"),
            "number": self.env._("Contract number"),
            "hours.number": self.env._("Number of the purchase"),
            "plan": self.env._("Plan"),
            "term": self.env._("Term"),
            "chain_start": self.env._("First day without a gap"),
            "date_start": self.env._("First day of the paid term"),
            "date_end": self.env._("Last paid day"),
            "price": self.env._("Paid, UAH"),
            "price_kind": self.env._("Kind of price"),
            "tenure_start": self.env._("Client since"),
            "specialist": self.env._("Specialist’s login"),
            "support": self.env._("Contract number"),
            "hours_kind": self.env._("Which hours"),
            "minutes": self.env._("Left, h:mm"),
            "valid_to": self.env._("Valid until"),
        }

    @api.model
    def _get_column_notes(self):
        """Return ``{key of column: how to fill it in}``."""
        return {
            "code": self.env._(
                "Eight digits, the last one is checked; ten digits for a person who is "
                "a client. Rows of all sheets belong together by this code."
            ),
            "vat": self.env._("12 digits, of a payer of VAT; else leave it empty."),
            "state": self.env._("Choose from the list."),
            "email": self.env._("One address."),
            "phone": self.env._("One number, for example +380 44 123 45 67."),
            "manager": self.env._(
                "The login with which our employee enters this system."
            ),
            "specialist": self.env._(
                "The login of the specialist who answers this client first."
            ),
            "role": self.env._("Who of the client is told of new versions first."),
            "program": self.env._("Choose from the list."),
            "copy.number": self.env._("Number of the licence, or of the key."),
            "version": self.env._("For example 8.10.2."),
            "number": self.env._(
                "Needed for a client with several contracts; the same in each file."
            ),
            "hours.number": self.env._(
                "Needed where several purchases are left: each has its own row."
            ),
            "support": self.env._(
                "As on the sheet of support; empty for a client with one contract."
            ),
            "chain_start": self.env._(
                "The first day of all terms that follow each other without a gap. From "
                "it service months are counted."
            ),
            "date_start": self.env._("The first day of the term that is paid now."),
            "date_end": self.env._("The last day of the term that is paid now."),
            "price": self.env._("What was paid for this term, with tax."),
            "tenure_start": self.env._(
                "Since when the client is with us without a gap, if that is earlier."
            ),
            "hours_kind": self.env._(
                "Included hours are those of the service month that runs now."
            ),
            "minutes": self.env._("For example 2:30."),
            "valid_to": self.env._("Of bought hours: their last day."),
        }

    @api.model
    def _get_column_note(self, sheet, key):
        notes = self._get_column_notes()
        return notes.get(f"{sheet}.{key}") or notes.get(key, "")

    # === WHAT IS WRONG === #

    @api.model
    def _tell_trouble(self, reason):
        """Say why a file cannot be read at all."""
        return {
            "size": self.env._("The file is larger than 20 MB. Divide it."),
            "locked": self.env._(
                "This is an old .xls file, or one with a password. Save it as an Excel "
                "workbook (.xlsx) without a password."
            ),
            "format": self.env._(
                "This is no Excel workbook. Fill in the template and save it as .xlsx."
            ),
            "bomb": self.env._(
                "The file holds what no spreadsheet program writes, so it is not "
                "opened. Copy the rows into a new template."
            ),
            "broken": self.env._(
                "The file is damaged and cannot be read. Open it in a spreadsheet "
                "program and save it anew."
            ),
            "sheets": self.env._(
                "None of the sheets of the template is in this file. Fill in the "
                "template, and do not rename its sheets."
            ),
            "empty": self.env._("There is not one filled in row in this file."),
        }[reason]

    @api.model
    def _get_fault_texts(self):
        """Return ``{reason: sentence}``; ``%(typed)s`` is what the cell says."""
        return (
            self._get_cell_faults()
            | self._get_sheet_faults()
            | self._get_client_faults()
            | self._get_support_faults()
        )

    @api.model
    def _get_cell_faults(self):
        return {
            "required": self.env._("This cell has to be filled in."),
            "formula": self.env._(
                "There is a formula. Copy the column and paste it as values."
            ),
            "error_value": self.env._("The cell shows an error: %(typed)s."),
            "characters": self.env._("There are characters that cannot be printed."),
            "text": self.env._("“%(typed)s” is a date or a mark, text is expected."),
            "long": self.env._("The text is longer than 300 characters."),
            "code": self.env._(
                "“%(typed)s” is no ЄДРПОУ code: eight digits, and the last one has to "
                "fit the others."
            ),
            "tax_number": self.env._(
                "“%(typed)s” is no number of a VAT payer: 12 digits, or 10."
            ),
            "email": self.env._("“%(typed)s” is not one e-mail address."),
            "phone": self.env._("“%(typed)s” is not one phone number."),
            "date": self.env._(
                "“%(typed)s” is no date. Write day.month.year, for example 31.12.2026."
            ),
            "money": self.env._("“%(typed)s” is no amount of money."),
            "minutes": self.env._(
                "“%(typed)s” is no time. Write hours and minutes, for example 2:30."
            ),
            "version": self.env._(
                "“%(typed)s” is no version number, as 8.10.2 would be."
            ),
            "choice": self.env._("There is no “%(typed)s” in the list of this column."),
            "login": self.env._("None of our employees has the login “%(typed)s”."),
            "edition": self.env._("This program has no edition “%(typed)s”."),
            "several_editions": self.env._(
                "“%(typed)s” is the name of several editions of this program."
            ),
        }

    @api.model
    def _get_sheet_faults(self):
        return {
            "no_column": self.env._("This column is missing from the sheet."),
            "no_sheet": self.env._("This sheet is missing, nothing is read from it."),
            "strange_column": self.env._(
                "The template has no column “%(typed)s”; it is not read."
            ),
            "column_twice": self.env._("The column “%(typed)s” is there twice."),
            "merged": self.env._("The cells %(typed)s are merged. Divide them."),
            "too_many": self.env._("More than %(typed)s rows. Divide the file."),
            "twice": self.env._("The same as row %(typed)s of this sheet."),
        }

    @api.model
    def _get_client_faults(self):
        """Of clients, persons and copies."""
        return {
            "no_client": self.env._(
                "No client has this code, neither in this file nor in the system."
            ),
            "client_faulty": self.env._("The row of this client has a fault."),
            "several_clients": self.env._(
                "Several clients in the system have this code. Merge them first."
            ),
            "archived": self.env._("It is archived in the system. Restore it first."),
            "erased": self.env._(
                "The data of this person were erased at their wish, and are not taken "
                "in again."
            ),
            "copy_of_another": self.env._(
                "A copy of this program with this number belongs to another client."
            ),
        }

    @api.model
    def _get_support_faults(self):
        """Of support and hours."""
        return {
            "support_of_another": self.env._(
                "This contract belongs to another client."
            ),
            "sold_here": self.env._(
                "Support of this client for these days was sold in this system."
            ),
            "built_upon": self.env._(
                "The term was renewed, paused or changed in this system already, so "
                "its days and its price stay. Change them there."
            ),
            "order_of_days": self.env._(
                "The days are not in their order: client since, first day without a "
                "gap, first day of the paid term, last paid day."
            ),
            "budget_year": self.env._(
                "A budget year ends on 31 December of the year in which it begins."
            ),
            "term_length": self.env._(
                "The days are not exactly the chosen term. They are taken as they are "
                "written."
            ),
            "no_support": self.env._(
                "This client has no such row on the sheet of support."
            ),
            "support_faulty": self.env._("The row of this support has a fault."),
            "no_month": self.env._(
                "This support does not run today, so no included hours are left."
            ),
            "more_than_plan": self.env._(
                "The plan includes fewer hours in a service month."
            ),
            "no_valid_to": self.env._("Write until which day bought hours are valid."),
            "no_minutes": self.env._("No bought hours are left: leave this row out."),
            "lapsed": self.env._(
                "These hours have lapsed already: leave this row out."
            ),
            "used_already": self.env._(
                "More was used in this system since, than would be left."
            ),
        }
