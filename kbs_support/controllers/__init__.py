from . import helpdesk_ticket_new, helpdesk_ticket_portal
from . import feedback
from . import kbs_callback, rating
