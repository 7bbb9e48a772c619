import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.sizes import format_size

IMAGE = re.compile(r'(src|href)="/web/(?:image|content)/(\d+)[^"]*"')


class KbsArticle(models.Model):
    """The files of an article, and the pictures of its text.

    They are attachments of the article itself, and readers get them by its page's
    address only: no attachment is public, and no token is given away. Files of the
    internal talk below the form stay inside.
    """

    _inherit = "kbs.article"

    attachment_ids = fields.Many2many(
        comodel_name="ir.attachment",
        relation="kbs_article_attachment_rel",
        column1="article_id",
        column2="attachment_id",
        string="Files for Readers",
        copy=False,
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        articles = super().create(vals_list)
        articles._adopt_files()
        return articles

    def write(self, vals):
        result = super().write(vals)
        if {"attachment_ids", "body"} & set(vals):
            self._adopt_files()
        return result

    def _adopt_files(self):
        """Make new uploads attachments of their article, and refuse what is another's.

        :raise ValidationError: a file belongs to something else, which readers of
            the article might not be allowed to see
        """
        # sudo: a file that the user may not read is refused by what follows.
        pictures = self._get_pictures_sudo()
        for article, files in ((x, x.sudo().attachment_ids) for x in self):
            for file in files:
                if not article._is_own(file):
                    raise ValidationError(
                        self.env._(
                            "“%(file)s” belongs to another document. Upload it here.",
                            file=file.name,
                        )
                    )
            fresh = (files | pictures[article]).filtered(lambda x: not x.res_id)
            if fresh:
                fresh.write({"res_model": self._name, "res_id": article.id})

    def _is_own(self, file):
        """Whether ``file`` is of this article, or the user's upload without any."""
        if file.res_field or file.type != "binary":
            return False
        if file.res_id:
            return (file.res_model, file.res_id) == (self._name, self.id)
        is_fresh = file.res_model in (False, self._name) and not file.public
        return is_fresh and (self.env.su or file.create_uid == self.env.user)

    def _get_pictures_sudo(self):
        """Return ``{article: attachments}`` that the texts show, as far as their own.

        Sudo: readers have no right on attachments.
        """
        shown = {x: {int(y[1]) for y in IMAGE.findall(x.body or "")} for x in self}
        files = self.env["ir.attachment"].sudo()
        files = files.browse(sorted(set().union(*shown.values()))).exists()
        return {
            article: files.filtered(
                lambda x, ids=ids, article=article: x.id in ids and article._is_own(x)
            )
            for article, ids in shown.items()
        }

    # === WHAT READERS GET === #

    def _get_file_sudo(self, file_id):
        """Return the attachment for whoever may read the article, or an empty one."""
        self.ensure_one()
        own = self.sudo().attachment_ids | self._get_pictures_sudo()[self]
        return own.filtered(
            lambda x: (
                x.id == file_id and (x.res_model, x.res_id) == (self._name, self.id)
            )
        )

    def _get_body_for_readers(self):
        """Return the text, whose pictures come by the address of the article."""
        self.ensure_one()
        body = self.body or ""
        address = f"/library/file/{self.id}"
        return type(body)(
            IMAGE.sub(lambda x: f'{x.group(1)}="{address}/{x.group(2)}"', body)
        )

    def _prepare_files(self):
        """Return the files of the article as plain values."""
        return [
            {
                "name": x.name,
                "size": format_size(self.env, x.file_size),
                "url": f"/library/file/{self.id}/{x.id}",
            }
            for x in self.sudo().attachment_ids
        ]
