"""What is fast and what is not, measured on this machine: `make bench`."""
