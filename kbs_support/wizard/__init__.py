from . import kbs_price_version, kbs_subscription_close, kbs_transfer
from . import (
    crm_lead_lost,
    kbs_renewal_refuse,
)
from . import kbs_plan_change, kbs_ticket_exception
from . import kbs_plan_change
from . import kbs_feedback_decide, kbs_feedback_join
from . import (
    kbs_callback,
    kbs_canned_answer,
    kbs_ticket_close,
    kbs_ticket_merge,
    kbs_ticket_split,
)
