from . import kbs_callback, rating
