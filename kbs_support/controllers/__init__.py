from . import (
    feedback,
    helpdesk_ticket_new,
    helpdesk_ticket_portal,
    kbs_booking,
    kbs_callback,
    kbs_hour_statement,
    kbs_news,
    kbs_release_download,
    kbs_release_portal,
    kbs_release_upload,
    kbs_tariffs,
    rating,
)
