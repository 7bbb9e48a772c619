import logging
import smtplib
from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .kbs_notice_contact import FAILED_LETTERS

_logger = logging.getLogger(__name__)

CHUNK = 50  # letters that are rendered at once
LOCK_CLASS = 1_801_614_190  # "kbsn": our advisory locks, beside those of others
RETRY_MINUTES = 5  # after a mail server that does not answer
PUT_OFF_MINUTES = 15  # after one that says "later" (a grey list)
MAX_TRIES = 3
MAX_CLASHES = 5


class ServerDown(Exception):
    """No mail server takes letters; the message says why."""


class KbsNotice(models.Model):
    """Letters of a campaign, in waves. Nobody gets two, and nobody is left out.

    Before a letter goes to the mail server its row says "being sent", and that is
    committed. Whatever is killed in between leaves such a row, and the next wave calls
    it unsure: it may have arrived, so it is not repeated but shown
    (docs/decisions/0038).
    """

    _inherit = "kbs.notice"

    def _queue_wave(self, minutes=0):
        """Queue the next wave of each campaign, once however often it is asked for."""
        for notice in self:
            notice.with_delay(
                priority=1 if notice.is_urgent else 10,
                eta=minutes * 60 or None,
                identity_key=f"kbs.notice-{notice.id}",
                description=self.env._("Letters: %(name)s", name=notice.name),
                max_retries=0,
            )._job_send_wave()

    def _job_send_wave(self):
        """Send one wave, and queue the next one while somebody waits.

        Idempotent: it takes what waits when it runs. Letters are sent on a connection
        of its own, which commits; the job itself only plans what comes next.
        """
        self.ensure_one()
        if self.state != "running":
            return
        # A campaign of another transaction is seen as it is now, not as it was.
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, self._get_sending_context())
            minutes = env["kbs.notice"].browse(self.id)._send_wave()
        self.env.invalidate_all()
        if minutes is not None:
            self._queue_wave(minutes)

    def _get_sending_context(self):
        company = self.company_id
        servers = self.env["ir.mail_server"].with_company(company)
        return {
            "allowed_company_ids": company.ids,
            "lang": company.partner_id.lang or "uk_UA",
            # As Odoo's own letters: those that come back come to the gateway.
            # Asked once for a wave, not for each letter.
            "domain_bounce_address": company.bounce_email
            or servers._get_default_bounce_address(),
            "domain_notifications_email": company.default_from_email,
        }

    # === ONE WAVE, on a connection of its own === #

    def _send_wave(self):
        """Send up to ``wave_size`` letters; commit after each.

        :return: minutes until the next wave, or None when there is none
        """
        if not self._lock_sending():
            return None  # another worker is at it, and goes on by itself
        try:
            self._mark_broken_off()
            self._send_letters()
        except ServerDown as error:
            self._note_trouble(str(error))
            return RETRY_MINUTES
        finally:
            self._unlock_sending()
        self._note_trouble(False)
        return self._get_minutes_to_next_wave()

    def _get_minutes_to_next_wave(self):
        if self.state != "running":
            return None
        if self._get_next_rows(1):
            return 0 if self.is_urgent else self.wave_minutes
        if self._get_next_rows(1, is_put_off=True):
            return PUT_OFF_MINUTES
        self._finish_if_over()
        _commit(self.env)
        return None

    def _lock_sending(self):
        """Keep others from sending letters of this campaign; a dead worker lets go."""
        [[is_ours]] = self.env.execute_query(
            SQL("SELECT pg_try_advisory_lock(%s, %s)", LOCK_CLASS, self.id)
        )
        return is_ours

    def _unlock_sending(self):
        self.env.cr.rollback()
        self.env.cr.execute(
            SQL("SELECT pg_advisory_unlock(%s, %s)", LOCK_CLASS, self.id)
        )
        _commit(self.env)

    def _mark_broken_off(self):
        """Nobody else sends, so what is "being sent" was broken off in the middle."""
        rows = self.env["kbs.notice.contact"].search(
            [("notice_id", "=", self.id), ("state", "=", "sending")]
        )
        rows.write({"state": "unsure", "done_at": fields.Datetime.now()})
        rows._make_calls_due()
        _commit(self.env)

    def _send_letters(self):
        session, left = None, self._get_wave_size()
        try:
            while left > 0 and self._is_running_now():
                rows = self._get_next_rows(min(left, CHUNK))
                if not rows:
                    break
                letters = rows._build_letters()
                session = session or self._connect(letters[rows[0].id])
                for row in rows:
                    row._send_one(letters[row.id], session)
                left -= len(rows)
        except smtplib.SMTPServerDisconnected as error:
            raise ServerDown(str(error)) from error
        finally:
            if session:
                self._disconnect(session)

    def _get_wave_size(self):
        return 1_000_000 if self.is_urgent else self.wave_size

    def _is_running_now(self):
        """Whether nobody has paused or cancelled the campaign meanwhile."""
        _commit(self.env)
        self.env.invalidate_all()
        return self.state == "running"

    def _get_next_rows(self, limit, is_put_off=False):
        """Return letters that wait; with ``is_put_off`` those too that wait longer."""
        domain = Domain(
            [
                ("notice_id", "=", self.id),
                ("channel", "=", "email"),
                ("state", "=", "waiting"),
            ]
        )
        if not is_put_off:
            now = fields.Datetime.now()
            domain &= Domain("retry_at", "=", False) | Domain("retry_at", "<=", now)
        return self.env["kbs.notice.contact"].search(domain, limit=limit, order="id")

    def _connect(self, letter):
        """Open one connection to the mail server for the wave.

        :raise ServerDown: it does not answer
        """
        try:
            return self.env["ir.mail_server"]._connect__(smtp_from=letter["From"])
        except Exception as error:  # whatever Odoo or smtplib make of it
            raise ServerDown(_tell(error)) from error

    @api.model
    def _disconnect(self, session):
        try:
            session.quit()
        except (smtplib.SMTPException, OSError):
            _logger.debug("The mail server closed the connection first.")

    def _note_trouble(self, text):
        """Show on the campaign why letters do not go out, or that they do again."""
        self.env.cr.rollback()
        self.env.invalidate_all()
        if (self.trouble or False) != text:
            self.trouble = text
        _commit(self.env)


class KbsNoticeContact(models.Model):
    """One letter on its way to the mail server."""

    _inherit = "kbs.notice.contact"

    tries = fields.Integer(readonly=True, help="How often the letter was put off.")
    retry_at = fields.Datetime(readonly=True)

    def _send_one(self, letter, session):
        """Send the letter of this row if it still waits; commit before and after.

        :raise ServerDown: the mail server has gone away; the row is unsure or waits
        """
        if not self._claim(letter["Message-Id"]):
            return
        servers = self.env["ir.mail_server"]
        try:
            servers.send_email(letter, smtp_session=session)
        except smtplib.SMTPServerDisconnected:
            self._settle("unsure", self.env._("The mail server broke off."))
            raise
        except Exception as error:  # one letter stops no other
            self._settle(*self._judge(error))
            self._start_anew(session)
        else:
            self._settle("sent")

    def _claim(self, message_id):
        """Say of the row that it is being sent, if nobody else has taken it.

        A client may download, or somebody may cancel, at this moment.
        """
        try:
            rows = self.env.execute_query(
                SQL(
                    """UPDATE kbs_notice_contact
                        SET state = 'sending', result = 'in_work', message_id = %s
                        WHERE id = %s AND state = 'waiting' RETURNING id""",
                    message_id,
                    self.id,
                )
            )
            _commit(self.env)
        except SerializationFailure:
            self.env.cr.rollback()
            return False
        finally:
            self.invalidate_recordset()
        return bool(rows)

    def _settle(self, state, detail=False):
        """Note what became of the letter, and commit."""
        values = {"state": state, "detail": detail}
        now = fields.Datetime.now()
        if state == "waiting":
            later = now + timedelta(minutes=PUT_OFF_MINUTES)
            values |= {"tries": self.tries + 1, "retry_at": later}
        else:
            values["done_at"] = now
        for clash in range(MAX_CLASHES):
            try:
                self.write(values)
                if state in FAILED_LETTERS:
                    self._make_calls_due()
                self.env.flush_all()
                _commit(self.env)
                return
            except SerializationFailure:
                # The client downloads at this moment; what we know is not lost.
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                _logger.info("Clash %s on a row of %s", clash + 1, self.notice_id)

    def _judge(self, error):
        """Return ``(state, words)`` of a letter that the mail server did not take."""
        text, code = _tell(error), _get_code(error)
        is_temporary = code is None or 400 <= code < 500
        if is_temporary and self.tries + 1 < MAX_TRIES:
            return "waiting", text
        return "bounced", text

    @api.model
    def _start_anew(self, session):
        """Forget the letter that the mail server refused, on the same connection."""
        try:
            session.rset()
        except (smtplib.SMTPException, OSError) as error:
            raise ServerDown(_tell(error)) from error


def _commit(env):
    """Commit what is known of a letter, on the connection that a wave has for itself.

    A job of the queue must not commit on its own; this is not its connection.
    """
    env.cr.commit()  # pylint: disable=invalid-commit


def _get_cause(error):
    """Return the error of smtplib that Odoo has wrapped, if there is one."""
    while error is not None and not isinstance(error, smtplib.SMTPException):
        error = error.__cause__ or error.__context__
    return error


def _get_code(error):
    """Return the code of the mail server's answer (RFC 5321), or None."""
    cause = _get_cause(error)
    if isinstance(cause, smtplib.SMTPRecipientsRefused):
        return max((code for code, _text in cause.recipients.values()), default=None)
    return getattr(cause, "smtp_code", None)


def _tell(error):
    """Return what the mail server said, on one line."""
    cause = _get_cause(error) or error
    if isinstance(cause, smtplib.SMTPRecipientsRefused):
        answers = cause.recipients.values()
        texts = [f"{code} {_decode(text)}" for code, text in answers]
    elif isinstance(cause, smtplib.SMTPResponseException):
        texts = [f"{cause.smtp_code} {_decode(cause.smtp_error)}"]
    else:
        texts = [str(cause)]
    text = " ".join(" ".join(texts).split())
    return text[:500] or type(cause).__name__


def _decode(text):
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
