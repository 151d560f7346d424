// Package apdu is what goes over a line of IEC 60870-5-104: frames, the ASDUs in them, the objects in those, and their
// times. It is pure: bytes in, bytes out, without socket, clock or goroutine, and without an allocation per object.
//
// Clauses named 101 are of IEC 60870-5-101:2003, 104 of IEC 60870-5-104:2006.
//
//	frame   0x68, length, four control octets, ASDU   Parse, AppendI, AppendS, AppendU
//	ASDU    type, number, cause, station, objects     ParseASDU, ASDU.At, Append
//	object  address, value, quality, time             Object
//
// 104 fixes what 101 leaves open: two octets of cause, two of the common address, three of an object's address.
//
// Not here: the order of frames, windows and timers, which are package link's.
package apdu
