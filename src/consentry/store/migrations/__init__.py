"""Every change to the tables since the first release, one file each."""
