"""Why points were lost: small functions that each look for one thing in a log."""
