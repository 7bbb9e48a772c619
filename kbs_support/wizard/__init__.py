from . import kbs_plan_change, kbs_price_version, kbs_subscription_close
