from . import kbs_hour_statement_xlsx
