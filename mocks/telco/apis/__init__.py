"""The APIs that the operators offer, as CAMARA describes them."""
