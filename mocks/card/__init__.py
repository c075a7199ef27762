"""A reader component with virtual cards and the certification authority that issued them."""
