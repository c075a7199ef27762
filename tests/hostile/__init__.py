"""What strangers send: bad bodies, bad proofs, bad hosts, and questions that must not be answered."""
