from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools.locking import lock_in_states, take_turn, wait_for_others

PADDING = 6
ACTIVITY = "kbs_support.mail_activity_type_kbs_act"


class KbsAct(models.Model):
    """The life of an act: draft, issued, signed or accepted by silence."""

    _inherit = "kbs.act"

    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("issued", "Waits for signature"),
            ("signed", "Signed"),
            ("silent", "Accepted by silence"),
            ("cancelled", "Cancelled by a correction"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    issued_on = fields.Date(readonly=True, copy=False)
    signed_on = fields.Date(readonly=True, copy=False, tracking=True)
    silent_on = fields.Date(
        string="Accepted by Silence on",
        readonly=True,
        copy=False,
        help="From this day on the act counts as accepted, if the client has neither "
        "signed nor objected. Set at the issue, by what was agreed with the client.",
    )
    accepted_on = fields.Date(
        readonly=True, copy=False, help="Day of the signature, or of the silence."
    )
    reminded_on = fields.Date(readonly=True, copy=False)
    signed_scan = fields.Binary(string="Signed Copy", attachment=True, copy=False)
    signed_scan_name = fields.Char(string="File Name", copy=False)

    _waiting_index = models.Index("(company_id, issued_on) WHERE state = 'issued'")
    _signed_has_day = models.Constraint(
        "CHECK (state != 'signed' OR signed_on IS NOT NULL)",
        "A signed act has the day of its signature.",
    )

    # === ACTIONS === #

    def action_issue(self):
        """Give these drafts their numbers.

        :raise AccessError: the user may not keep acts
        :raise UserError: one of them is no draft
        """
        self.check_access("write")
        self._issue_sudo()

    def action_unsign(self):
        """Take back a signature that was noted by mistake, or a silence.

        Silence accepts such an act no more.
        """
        self.check_access("write")
        self._check_states(("signed", "silent"))
        # Sudo: states are written by methods only.
        self.sudo().write(
            {
                "state": "issued",
                "signed_on": False,
                "accepted_on": False,
                "silent_on": False,
            }
        )

    def action_object(self):
        """Note that the client objects: silence accepts this act no more."""
        self.check_access("write")
        self._check_states(("issued",))
        # Sudo: it is written by methods only.
        self.sudo().silent_on = False
        for act in self:
            act.message_post(body=self.env._("The client objects to this act."))

    # === BUSINESS METHODS === #

    def _check_states(self, allowed):
        """Lock the rows, and refuse acts that stand elsewhere.

        :raise UserError: one is not in ``allowed``
        """
        if wrong := lock_in_states(self, allowed):
            act, state = wrong
            raise UserError(
                self.env._("%(act)s: %(state)s.", act=act.display_name, state=state)
            )

    def _issue_sudo(self):
        """Number these drafts in the order of their dates, and date their issue.

        Sudo: the counter belongs to nobody, and states are written by methods only.
        """
        self._check_states(("draft",))
        acts = self.sudo().sorted(lambda x: (x.date, x.id))
        for (company, year), own in acts.grouped(
            lambda x: (x.company_id, x.date.year)
        ).items():
            names = self._take_numbers(company, year, len(own))
            today = company._kbs_today()
            for act, name in zip(own, names, strict=True):
                act.write(act._prepare_issue_values(name, today))

    def _prepare_issue_values(self, name, today):
        days = self.kind != "correction" and self.partner_id.kbs_act_silence_days
        return {
            "name": name,
            "year": self.date.year,
            "state": "issued",
            "issued_on": today,
            "silent_on": days and today + timedelta(days=days),
        }

    @api.model
    def _take_numbers(self, company, year, count):
        """Return the next ``count`` numbers of ``company`` in ``year``.

        Odoo's sequence without gaps holds format and counter. Its row is locked: who
        comes second is repeated by Odoo, and a rollback gives the numbers back.
        """
        day = fields.Date.to_date(f"{year}-12-31")
        sequence = self._get_sequence(company)
        ranges = sequence.date_range_ids.filtered(
            lambda x: x.date_from <= day <= x.date_to
        )
        counter = ranges[:1] or sequence._create_date_range_seq(day)
        wait_for_others(counter)
        counter.invalidate_recordset(["number_next"])
        first = counter.number_next
        counter.number_next = first + count
        dated = sequence.with_context(
            ir_sequence_date=day, ir_sequence_date_range=counter.date_from
        )
        return [dated.get_next_char(first + x) for x in range(count)]

    @api.model
    def _get_sequence(self, company):
        """Return the sequence of ``company``, made when the first act is issued."""
        sequences = self.env["ir.sequence"].sudo()
        domain = [("code", "=", "kbs.act"), ("company_id", "=", company.id)]
        if found := sequences.search(domain, limit=1):
            return found
        take_turn(company)
        return sequences.create(
            {
                "name": self.env._("Acts of services, %s", company.name),
                "code": "kbs.act",
                "company_id": company.id,
                "implementation": "no_gap",
                "use_date_range": True,
                "prefix": "%(range_year)s-",
                "padding": PADDING,
            }
        )

    def _sign(self, day):
        """Note that the client signed these acts on the local date ``day``.

        :raise AccessError: the user may not keep acts
        :raise UserError: the day is yet to come, or before the act
        """
        self.check_access("write")
        self._check_states(("issued", "silent"))
        for act in self:
            if not act.date_start <= day <= act.company_id._kbs_today():
                raise UserError(
                    self.env._(
                        "%(act)s cannot have been signed on %(date)s.",
                        act=act.display_name,
                        date=format_date(self.env, day),
                    )
                )
        # Sudo: states are written by methods only.
        self.sudo().write({"state": "signed", "signed_on": day, "accepted_on": day})
        self.activity_unlink([ACTIVITY])

    def _accept_by_silence(self):
        """The client has not objected in time: the act counts as accepted."""
        for day, acts in self.grouped("silent_on").items():
            acts.write({"state": "silent", "accepted_on": day})
        self.activity_unlink([ACTIVITY])
