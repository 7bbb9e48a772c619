from . import (
    feedback,
    helpdesk_ticket_new,
    helpdesk_ticket_portal,
    kbs_callback,
    rating,
)
