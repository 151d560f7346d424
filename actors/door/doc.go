// Package door supervises the node's own MQTT broker, which is the bus's door to
// the plant's network: clients come in through it, and the groups of the devices
// go out.
//
//	broker         rest-for-one
//	├─ mqtt        the broker, its listeners and its sessions
//	└─ outlets     publishes groups of devices and what rules give
//
// The broker hands the messages of a stream over to the stream's Inlet, from the
// first client on: the taps are there before it listens. The door opens last of
// all that a node starts, and closes first, so that what comes in finds everybody
// it is for.
//
// # Outlets
//
// A group of a device, or a rule whose rows go to the broker, is published a
// message for each row. It is encoded only if somebody receives it or the message
// is to be retained; of a group whoever comes first gets the newest row at once.
//
// The stream never waits, so that data that goes round in a cycle stops nothing:
// what a ring has no room for gives way to what is newer, and is counted there.
// Messages carry how often data was derived from data, in the user property
// "hops", and a stream that takes them in goes on counting: what has gone round
// more than tag.MaxHops times is refused.
package door
