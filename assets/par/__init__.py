"""How many ready pieces each unit should have, what falls short of it, and the rounds that put it right."""
