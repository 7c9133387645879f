"""What all tests share: Hypothesis draws the same examples everywhere and is never timed."""

from hypothesis import settings

settings.register_profile("ringscope", deadline=None, derandomize=True, database=None)
settings.load_profile("ringscope")
