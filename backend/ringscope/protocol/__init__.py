"""What a peer does.  Pure: no clock, no sockets, no global randomness."""
