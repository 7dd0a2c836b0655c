"""What is asked of a server, in the order in which it is asked."""
