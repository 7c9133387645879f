export const KEYS: readonly (readonly [string, string])[] = [
  ["← →", "one tick back, forward"],
  ["Shift ← →", "ten ticks back, forward"],
  ["p  n", "previous, next mark"],
  ["Space", "play, pause"],
  ["Home  End", "start, live"],
  ["f", "fail the selected peer"],
  ["Esc", "close, select nothing"],
  ["?", "this help"],
];

export const GLOSSARY: readonly (readonly [string, string])[] = [
  ["Tick", "The unit of time. The picture of tick t is the state after t ticks have been computed."],
  ["Peer", "A process of the store, with an address such as 3.0.0.0:0."],
  ["Introducer", "Peer 1, which every other peer asks to join."],
  ["Member list", "Which peers a peer believes to be alive, with their heartbeats."],
  ["Heartbeat", "A counter every member raises; gossip carries it to the others."],
  ["T_fail", "Without a newer heartbeat for more than this many ticks a member is suspected."],
  ["T_cleanup", "Without one for more than this many ticks it is removed from the list."],
  ["Ring", "Peers and keys are hashed to places on a circle; keys belong to the peers that follow clockwise."],
  ["Replica set", "The first three peers at or after a key: primary, secondary, tertiary."],
  ["Coordinator", "The peer a client asks; it asks the replicas and answers the client."],
  ["Quorum", "How many replicas must say yes: 2 of 3 for reads and writes."],
  ["Stabilisation", "After failures, joins and leaves copies are moved until three right ones exist."],
  ["Stale copy", "An older version than the newest one held by a live peer."],
  ["Fault and failure", "A fault is what you inflict; a failure is what a peer suffers."],
  ["Truth and belief", "The ring shows what is true. Choose an observer to see what that peer believes."],
  ["Timeout", "Too few replicas answered in time, so a write may or may not have happened."],
];
