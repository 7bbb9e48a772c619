from . import kbs_price_version, kbs_subscription_close, kbs_transfer
