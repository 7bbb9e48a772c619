from . import kbs_subscription_close
