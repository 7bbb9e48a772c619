from . import kbs_hour_statement_xlsx, kbs_version_map
