// Package conformance is the suite that every driver passes: what the contract in package protocols promises to the
// actors, tried against a device that can be broken.
//
//	func TestConformance(t *testing.T) {
//		conformance.Run(t, conformance.Harness{Driver: modbus.Driver{}, Start: startSimulator})
//	}
//
// The device is behind the Peer interface. It may be a simulator of the project or a program that nobody here wrote;
// what it cannot be made to do is skipped, and said so. Each test starts a peer of its own.
//
// A Kit is what the tests of a driver beyond the suite are made with.
//
// The suite waits for what must happen as long as it takes, within a minute, and asserts no durations: it is as right
// on a loaded machine as on an idle one.
package conformance
