"""Builds and runs other people's programs, kept apart, and says how often they pass."""
