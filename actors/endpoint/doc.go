// Package endpoint supervises what lies behind one socket or serial port: the
// session, which is the connection, and the devices that share it.
//
//	endpoint            one-for-one
//	├─ session          its death costs no device its state
//	├─ boiler           a device per unit
//	└─ pump
//
// # Who knows what
//
// The session's goroutine is the only one that touches the connection. It takes
// jobs from three lanes (writes, then scans, then probes), a round trip at a
// time, and answers each to the device that gave it. It decides nothing about a
// device.
//
// A device decides everything about itself: when its groups are due, what an
// answer or the lack of one means, when it stops being polled and when it is
// probed. What it decides is in the pure parts of this package (schedule,
// standing); the actor turns messages into their calls and their results into
// jobs, timers and batches.
//
// # Devices that send by themselves
//
// Where the connection is a protocols.Subscriber, a device is not scanned: the
// session runs a subscription for it in a goroutine of its own, beside that of
// the lanes, and what changes arrives at the device as rows.
//
//	session ─ connection      takes writes and probes from the lanes
//	        ─ subscription    one a device; a row ──▶ the device, which waits where that has no room
//
// The device publishes each row whole: what has not changed is as it was, with
// the time that it had. Where no row comes for ten scans' time the device is
// probed, so that silence is not taken for peace.
//
// # What a device has
//
// Where the connection is a protocols.Browser, a device's actor passes a Browse on to its session, which runs it in a
// goroutine beside the lanes: one at a time, 20 seconds at most. Scans and writes do not wait for it.
//
// # Losing a device, once
//
// When communication is lost, with the unit or with the session, every tag of
// the device turns Bad once, in one row of each group with the last values and
// the reason. There is no other row until the next good scan, and none that
// repeats an old value as if it were new. A device that sends by itself gets its
// values back when it answers again, where its subscription went on meanwhile;
// with a new one every value counts as lost until it is sent anew.
package endpoint
