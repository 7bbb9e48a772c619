from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

# Letters of one client within a day, and how long one person is left in peace.
MAX_A_DAY, PAUSE_MINUTES = 30, 10


class KbsInvitation(models.Model):
    """An invitation to the portal that an administrator of a client has sent.

    It counts the letters, and says of whom it was. An invitation is held where the
    address is the login of somebody else: no letter goes out, the manager decides, and
    the administrator does not learn who uses that address.
    """

    _name = "kbs.invitation"
    _description = "Invitation to the Portal"
    _order = "id desc"
    _rec_name = "email"

    client_id = fields.Many2one(
        comodel_name="res.partner",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Person",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    email = fields.Char(required=True, readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users", string="Invited by", required=True, readonly=True
    )
    moment = fields.Datetime(
        required=True, readonly=True, default=lambda self: fields.Datetime.now()
    )
    is_held = fields.Boolean(
        string="Held",
        readonly=True,
        help="The address is the login of another account. Nothing was sent.",
    )

    _recent_index = models.Index("(client_id, moment)")

    @api.model
    def _check_limits_sudo(self, client, person):
        """Refuse floods. Called in turn: see :func:`tools.locking.take_turn`.

        :param person: whom to write to; may be empty
        :raise UserError: too many letters of this client, or too soon for this person
        """
        now = fields.Datetime.now()
        sent = self.sudo().search_count(
            [("client_id", "=", client.id), ("moment", ">", now - timedelta(days=1))]
        )
        if sent >= MAX_A_DAY:
            raise UserError(
                self.env._(
                    "Your institution has sent %(count)s invitations within a day. "
                    "Go on tomorrow, or write to your manager.",
                    count=MAX_A_DAY,
                )
            )
        last = self.sudo().search(
            [
                ("partner_id", "in", person.ids),
                ("moment", ">", now - timedelta(minutes=PAUSE_MINUTES)),
            ],
            limit=1,
        )
        if last:
            raise UserError(
                self.env._(
                    "An invitation went out at %(time)s. Wait ten minutes, and look "
                    "among the unwanted letters too.",
                    time=format_datetime(
                        self.env, last.moment, self.env.company.kbs_tz, "short"
                    ),
                )
            )

    @api.model
    def _get_held_sudo(self, people):
        """Return ``{person: held invitation}`` of those who wait for the manager."""
        held = self.sudo().search(
            [("partner_id", "in", people.ids), ("is_held", "=", True)], order="id"
        )
        return {x.partner_id.sudo(False): x for x in held}
