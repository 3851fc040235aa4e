"""Tests: they mirror the packages; `tests.services` lends real brokers, databases and serial cables."""
