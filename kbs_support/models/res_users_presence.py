from odoo import models


class ResUsers(models.Model):
    """Who is there to answer, and who is absent."""

    _inherit = "res.users"

    def _kbs_get_present(self, moment, company):
        """Return those of ``self`` who work in ``company`` and are not absent.

        An absence is a time off of the person in Odoo's working hours, entered in the
        menu Absences or by Odoo's Time Off.

        :param datetime moment: UTC, naive
        """
        # Sudo: where somebody works, and that he is absent, decides for everybody.
        working = self.sudo()._kbs_filter_working(company)
        if not working:
            return working.sudo(False)
        absent = working._kbs_find_absences_sudo(moment)
        return (working - absent.resource_id.user_id).sudo(False)

    def _kbs_filter_working(self, company):
        """Return those of ``self`` who are still with us, in ``company``."""
        return self.filtered(
            lambda x: x.active and not x.share and company in x.company_ids
        )

    def _kbs_find_absences_sudo(self, start, end=None):
        """Return the absences of these people at ``start``, or from then to ``end``.

        Of all companies: who works in several is absent in all. Sudo: that somebody is
        absent decides for everybody, why he is does not show.

        :param datetime start: UTC, naive; so is ``end``
        :return: ``resource.calendar.leaves``
        """
        begins = ("date_from", "<", end) if end else ("date_from", "<=", start)
        return (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id.user_id", "in", self.ids),
                    ("time_type", "=", "leave"),
                    ("date_to", ">", start),
                    begins,
                ]
            )
        )

    def _kbs_get_resources_sudo(self):
        """Return ``{user: resource}``; who has none yet is given one.

        In a company that the lead works in: who works in several is absent in all.
        Sudo: a lead enters absences, and may change nothing else of a resource.
        """
        sudo, company = self.sudo(), self.env.company
        seen = self.env.companies
        resources = {
            x: x.resource_ids.filtered(
                lambda r: not r.company_id or r.company_id in seen
            )[:1]
            for x in sudo
        }
        missing = [x for x in sudo if not resources[x]]
        created = sudo.env["resource.resource"].create(
            [
                {
                    "name": x.name,
                    "user_id": x.id,
                    "company_id": (
                        company if company in x.company_ids else x.company_id
                    ).id,
                }
                for x in missing
            ]
        )
        resources |= dict(zip(missing, created, strict=True))
        return {x.sudo(False): resource for x, resource in resources.items()}
