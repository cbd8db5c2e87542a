"""The hands of the clock: due jobs are carried out here."""
