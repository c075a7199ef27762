"""The gateway in front of the mobile operators (for now only its lines and faults)."""
