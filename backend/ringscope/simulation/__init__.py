"""The deterministic world around the peers."""
