// Package outstation is a controlled station of IEC 60870-5-104 whose objects are set and seen from Go: the other end for
// tests and demos.
//
//	Outstation   listens, and runs a link for each connection
//	Station      the objects of one common address
//	Break        what a line or a station does wrong, of package faulty and its own, switched while connections are open
//
// It answers general and counter interrogations, reads, commands (direct, and selected before), clock synchronisation and
// test commands; it sends what changes spontaneously, with its time, and keeps up to 1,000 changes for when nobody listens.
//
// What it sends is checked against tshark, which nobody here wrote. It is for tests: it has no configuration, no groups of
// interrogation and no files.
package outstation
