"""Sleeps of the code under test that move an account's clock instead of waiting."""
