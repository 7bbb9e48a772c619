class PayOnlineMixin:
    """A bank that only pretends: Odoo's demo provider, open for the test's company.

    It comes with the database of the tests (scripts/database); elsewhere there is
    none, and nothing to test.
    """

    def open_provider(self, company=None):
        """Open the provider for a company, the test's by default; return it."""
        providers = self.env["payment.provider"]
        if "demo" not in dict(
            providers._fields["code"]._description_selection(self.env)
        ):
            self.skipTest("payment_demo is not installed")
        demo = providers.search([("code", "=", "demo")], limit=1)
        provider = demo.copy(
            {
                "company_id": (company or self.company).id,
                "state": "test",
                "is_published": True,
            }
        )
        provider.payment_method_ids = demo.payment_method_ids
        self.env["ir.config_parameter"].set_param(
            "account_payment.enable_portal_payment", True
        )
        return provider
