"""The roof: settings, urls, roles, audit, the embedded mode and the demo hospital."""
