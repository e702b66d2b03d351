"""The collector at work: whom to ask when, asking, counting how it goes, and never losing what came."""
