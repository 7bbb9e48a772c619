from odoo import api, models


class KbsSlaTargetFace(models.AbstractModel):
    """What time counts for which clock: working hours, holidays, outages, pauses.

    Everything is loaded once for all clocks of a batch.
    """

    _name = "kbs.sla.target.face"
    _description = "Clock Face"

    @api.model
    def _get_faces(self, clocks, known=None):
        """Return ``{clock: (WorkTime, stops)}`` of ``clocks``.

        :param dict known: working hours that are loaded already, see
            ``resource.calendar``
        ``stops`` are intervals in which the clock stands still: force majeure of its
        region, and pauses of its ticket where they stop this promise.
        """
        if not clocks:
            return {}
        # Sudo: who answers a ticket need not read all that stops its clocks.
        clocks = clocks.sudo()
        blackouts = self.env["kbs.blackout"]._get_since(
            clocks.company_id, min(clocks.mapped("date_start"))
        )
        outages = {
            ticket: [(x.date_start, x.date_end or None) for x in found]
            for ticket in (clocks.ticket_id if blackouts else ())
            if (found := blackouts._filter_concerning(ticket))
        }
        work = {
            (calendar, company): calendar._kbs_get_work_time(company, known=known)
            for calendar, company in {(x.calendar_id, x.company_id) for x in clocks}
        }
        return {
            x: (
                work[x.calendar_id, x.company_id],
                outages.get(x.ticket_id, [])
                + [(p.date_start, p.date_end or None) for p in x._get_pauses()],
            )
            for x in clocks
        }
