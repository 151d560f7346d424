// Package door supervises the node's own MQTT broker, which is the bus's door to
// the plant's network: clients come in through it, and the groups of the devices
// go out.
//
//	broker         rest-for-one
//	├─ mqtt        the broker, its listeners and its sessions
//	└─ groups      publishes {site}/{device}/{group}
//
// The broker hands the messages of a stream over to the stream's Inlet, from the
// first client on: the taps are there before it listens. The door opens last of
// all that a node starts, and closes first, so that what comes in finds everybody
// it is for.
//
// # Groups
//
// A group is encoded and published only while somebody subscribes to its topic,
// at QoS 0, not retained, a message for each row; whoever comes first gets the
// newest row at once. The stream never waits: what a ring has no room for is
// dropped and counted there.
package door
