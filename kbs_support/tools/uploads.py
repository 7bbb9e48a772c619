"""Files that clients send with a form."""


def keep_files(record, files):
    """Attach ``files`` to ``record``, each once, however often they are sent.

    :param files: list of ``(name, bytes)``
    :return: ``ir.attachment``: those that were not there yet
    """
    attachments = record.env["ir.attachment"]
    found = attachments.search(
        [("res_model", "=", record._name), ("res_id", "=", record.id)]
    )
    there = {(x.name, x.checksum) for x in found}
    return attachments.create(
        [
            {
                "name": name,
                "raw": content,
                "res_model": record._name,
                "res_id": record.id,
            }
            for name, content in files
            if (name, attachments._compute_checksum(content)) not in there
        ]
    )
