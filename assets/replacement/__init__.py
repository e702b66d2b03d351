"""Which equipment is to be replaced first, why, and in which year the budget allows it."""
