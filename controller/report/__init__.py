"""The report that a person reads, signs and publishes: from the ledger to numbers, to pages, to JSON, HTML, PDF and XLSX."""
