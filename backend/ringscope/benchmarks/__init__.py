"""How fast Ringscope is, measured: by itself, and turn by turn against the course's own program."""
