from . import (
    test_access,
    test_coverage,
    test_crm,
    test_payment,
    test_plan,
    test_sale,
    test_sale_guard,
    test_scale,
    test_subscription,
    test_tariffs,
    test_tours,
    test_two_workers,
)
