"""A mail catcher: takes everything over SMTP, delivers nothing, shows it over HTTP."""
