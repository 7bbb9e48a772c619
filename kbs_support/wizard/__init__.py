from . import kbs_price_version, kbs_subscription_close, kbs_transfer
from . import (
    crm_lead_lost,
    kbs_renewal_refuse,
)
from . import kbs_plan_change, kbs_ticket_exception
