from odoo import api, fields, models

# What a client may say of his ticket; "very high" is for us to give.
URGENCIES = ("0", "1", "2")


class HelpdeskTicket(models.Model):
    """What the client says of a ticket when he opens it: program and urgency."""

    _inherit = "helpdesk.ticket"

    kbs_software_id = fields.Many2one(
        comodel_name="kbs.software",
        string="Program",
        index="btree_not_null",
        tracking=True,
        help="The program that the ticket is about.",
    )

    def _kbs_get_portal_fields(self):
        return super()._kbs_get_portal_fields() | {"kbs_software_id"}

    @api.model
    def _kbs_get_portal_programs_sudo(self, user):
        """Return the programs that ``user`` may choose, as ``[(id, name)]``.

        Those that he has, see :meth:`kbs.software._get_portal_programs_sudo`.
        """
        copies = self.env["kbs.installation"]._get_portal_copies_sudo(user)
        programs = self.env["kbs.software"]._get_portal_programs_sudo(user, copies)
        return [(x.id, x.name) for x in programs]

    @api.model
    def _kbs_get_portal_urgencies(self):
        """Return the urgencies that a client may choose, as ``[(key, words)]``."""
        words = self._kbs_get_urgency_words()
        return [(x, words[x]) for x in URGENCIES]

    def _kbs_tell_urgency(self):
        """Return how urgent the ticket is, in the words of the form."""
        self.ensure_one()
        return self._kbs_get_urgency_words().get(self.priority)

    @api.model
    def _kbs_get_urgency_words(self):
        return {
            "0": self.env._("It can wait"),
            "1": self.env._("Ordinary"),
            "2": self.env._("Urgent: the work stands still"),
            "3": self.env._("Most urgent"),
        }
