from . import kbs_demo
