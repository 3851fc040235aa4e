"""The daemon's page: what is true now, why, and the few orders that a person may give. Imports nothing heavy by itself."""
