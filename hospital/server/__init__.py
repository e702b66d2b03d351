"""The embedded server: web, collectors, tasks and clock in one process."""
