"""What the commands of `ringscope.cli` do; each module is imported when its command runs."""
