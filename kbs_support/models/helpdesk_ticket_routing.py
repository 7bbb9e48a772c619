from odoo import api, fields, models

from ..tools.balance import Balance
from ..tools.xmlid import find


class HelpdeskTicket(models.Model):
    """Who answers: whoever is asked for, the dedicated specialist, duty, or the team.

    Only a person of ours keeps a ticket that he gave to himself; OdooBot and clients
    do not answer tickets.
    """

    _inherit = "helpdesk.ticket"

    @api.model
    def _kbs_put_teams(self, vals_list):
        """Give tickets without a team to the consultation line.

        Where somebody of another team was chosen to answer, it is his team's ticket.
        """
        line = find(
            self.env,
            "helpdesk.ticket.team",
            "kbs_support.helpdesk_ticket_team_kbs_line",
        )
        # Sudo: a portal user may not read who answers him.
        if not line or not line.sudo().active:
            return
        owner = line.sudo().company_id.id
        chosen = {x["user_id"] for x in vals_list if x.get("user_id")}
        users = self.env["res.users"].sudo().browse(chosen).exists()
        teams = {x.id: x.helpdesk_team_ids[:1].id for x in users}
        for vals in vals_list:
            if vals.get("team_id"):
                continue
            company_id = vals.get("company_id") or self.env.company.id
            team_id = teams.get(vals.get("user_id"))
            if not team_id and owner in (False, company_id):
                team_id = line.id
            vals["team_id"] = team_id

    @api.model
    def _kbs_route(self, vals_list):
        """Fill in who answers the tickets that nobody was chosen for.

        Outside office hours, for a plan whose line is open then, who is on duty; else
        the dedicated specialist, if he is present; else of those members of the team
        that are present the one with the fewest open tickets; else nobody.
        """
        waiting = self._kbs_get_unassigned(vals_list)
        if not waiting:
            return
        moment = fields.Datetime.now()
        companies = self.env["res.company"].sudo()
        by_company = {}
        for vals in waiting:
            company_id = vals.get("company_id") or self.env.company.id
            by_company.setdefault(companies.browse(company_id), []).append(vals)
        for company, group in by_company.items():
            self._kbs_route_company(group, company, moment)

    @api.model
    def _kbs_get_unassigned(self, vals_list):
        """Return the values without a person of ours, and clear their assignee."""
        ids = {x["user_id"] for x in vals_list if x.get("user_id")}
        users = self.env["res.users"].sudo().browse(ids).exists()
        people = set(users.filtered(lambda x: x.active and not x.share).ids)
        waiting = [x for x in vals_list if x.get("user_id") not in people]
        for vals in waiting:
            vals["user_id"] = False
        return waiting

    @api.model
    def _kbs_route_company(self, vals_list, company, moment):
        """Choose who answers ``vals_list``, all of one ``company``."""
        # Sudo: whoever writes, the ticket goes to whom it belongs.
        env = self.sudo().env
        subscriptions = env["kbs.subscription"].browse(
            {x["kbs_subscription_id"] for x in vals_list if x["kbs_subscription_id"]}
        )
        teams = env["helpdesk.ticket.team"].browse(
            {x["team_id"] for x in vals_list if x.get("team_id")}
        )
        at_night = subscriptions._get_open_at_night(company, moment)
        on_duty = env["res.users"]
        if at_night:
            on_duty = env["kbs.duty"]._get_on_duty(company, moment)
        specialists = subscriptions._get_line_specialist()
        everybody = on_duty | specialists | teams.user_ids
        present = everybody._kbs_get_present(moment, company).sudo()
        balance = Balance(self._kbs_count_open_sudo(present))
        for vals in vals_list:
            subscription = subscriptions.browse(vals["kbs_subscription_id"])
            vals["user_id"] = balance.choose(
                (on_duty & present).ids if subscription in at_night else [],
                (subscription._get_line_specialist() & present).ids,
                (teams.browse(vals.get("team_id")).user_ids & present).ids,
            )

    @api.model
    def _kbs_count_open_sudo(self, users):
        """Return ``{user id: number of open tickets}``, with a key for each user.

        Sudo: whoever writes, tickets of all clients count.
        """
        counts = {x: 0 for x in users.ids}
        if counts:
            groups = self.sudo()._read_group(
                [("user_id", "in", users.ids), ("stage_id.closed", "=", False)],
                ["user_id"],
                ["__count"],
            )
            counts.update((user.id, count) for user, count in groups)
        return counts

    def _kbs_call_leaders(self):
        """Put tickets that nobody is there to answer on the list of the team leader."""
        nobodys = self.filtered(
            lambda x: not x.user_id and x.team_id.sudo().user_id.active
        )
        if not nobodys:
            return
        # Without a letter for each: they are on his list of the day. Sudo: a client
        # may not plan what we do.
        self.env["mail.activity"].sudo().with_context(
            mail_activity_quick_update=True
        ).create([x._kbs_prepare_leader_call() for x in nobodys.sudo()])

    def _kbs_prepare_leader_call(self):
        leader = self.team_id.user_id
        todo = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        in_his_language = self.with_context(lang=leader.lang or self.env.lang)
        return {
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "activity_type_id": todo.id if todo else False,
            "automated": True,
            "user_id": leader.id,
            "date_deadline": self.company_id._kbs_today(),
            "summary": in_his_language._kbs_get_leader_summary(),
        }

    @api.model
    def _kbs_get_leader_summary(self):
        return self.env._("Nobody is there to answer: assign this ticket")
