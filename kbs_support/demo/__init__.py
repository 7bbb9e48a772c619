from . import (
    kbs_demo,
    kbs_demo_acts,
    kbs_demo_events,
    kbs_demo_feedback,
    kbs_demo_library,
    kbs_demo_notice,
    kbs_demo_ticket,
    kbs_demo_tools,
    kbs_demo_updates,
    kbs_demo_work,
)
