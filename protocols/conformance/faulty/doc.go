// Package faulty is the network side of simulated devices, which fails on demand as lines and devices do in plants.
//
//	Fault    a way to fail, of those that all devices have; a device may add its own behind Own
//	Server   listens, hands each connection to the device, and has one fault at a time for all of them
//	Conn     a connection whose writes suffer the fault
//
// Faults are switched while connections are open, and hold until the next switch. What a device writes at once is one frame, or
// several whole ones: that is all that is known of its protocol here. It is for tests and demos.
package faulty
