// Package simulator is devices on BACnet/IP for tests: behind one socket, one that is the socket's own, and others on networks
// that it routes to. They hold objects, answer ReadProperty, ReadPropertyMultiple (in segments where they do not fit),
// WriteProperty with priorities, SubscribeCOV and Who-Is, and fail on demand.
//
// Not here: anything that a real controller does with its objects.
package simulator
