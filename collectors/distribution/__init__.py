"""Sharing the polling among workers: chunks of endpoints, dealt out, leased, served and handed on."""
