"""How large a fleet should be: when it falls short, what fewer would mean, pools, what that saves, what is to come."""
