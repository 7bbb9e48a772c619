from . import kbs_demo, kbs_demo_ticket
