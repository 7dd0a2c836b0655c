"""What happens: jobs, time, money and memory, without HTTP and without any provider."""
