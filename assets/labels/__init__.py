"""Labels to print: a code that a phone reads, and the name that a person reads, on sheets that shops sell."""
