"""What every part stands on: clock, database, keys, refusals, tries, audit, mail, web."""
