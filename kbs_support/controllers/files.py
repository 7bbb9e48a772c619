from odoo.http import content_disposition, request


def send_file(content, kind, name):
    """Return ``content`` as a file to be saved, which nobody on the way keeps.

    :param bytes content: of the file
    :param str kind: MIME type
    """
    headers = [
        ("Content-Type", kind),
        ("Content-Length", len(content)),
        ("Content-Disposition", content_disposition(name)),
        ("Cache-Control", "private, no-store"),
    ]
    return request.make_response(content, headers=headers)
