"""What just changed, pushed to the people who are looking."""
