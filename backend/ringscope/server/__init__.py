"""The only Flask and the only clock: REST, live sessions, storage."""
