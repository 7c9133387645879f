"""Replays: what a dbg.log tells, as the events of a run that can be looked at like any other."""
