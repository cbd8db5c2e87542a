"""Where cases, jobs, keys, known pictures and the log are kept: in memory or in a database."""
