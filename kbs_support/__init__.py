from . import controllers, demo, models, wizard
from .hooks import pre_init_hook
