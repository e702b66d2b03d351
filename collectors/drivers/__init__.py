"""Ways to ask devices. Each one reads only: nothing here can express a write."""
