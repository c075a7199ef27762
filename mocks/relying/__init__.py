"""The other systems behind the portal's functions: filings, statements, payment slips."""
