from . import (
    crm_lead_lost,
    kbs_price_version,
    kbs_renewal_refuse,
    kbs_subscription_close,
)
