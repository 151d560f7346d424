// Package scale turns the raw numbers of a device into plant values and back, so that every driver counts alike.
//
// Counting is decimal. A factor of 0.1 means one tenth and not the binary number next to it: raw 300 becomes exactly
// 30, raw 217 the same float64 that a rule's 21.7 is read as, so that temperature = 21.7 means what it says.
//
//	linear        raw × scale + offset, exactly; whole factors give whole numbers
//	square root   flow from a differential pressure: the root of the part of the range
//	table         points joined by straight lines; two points are a range mapped to a range
//
// A number that cannot be held becomes Bad, never a wrong number: not-a-number is what a transmitter sends when its
// sensor is broken, anything else that does not fit is BadOutOfRange.
//
// The package does not know registers, types or byte orders: those belong to the drivers.
package scale
