// Package ied is a device of IEC 61850 over MMS whose model is made, set and seen from Go: the other end for tests and demos.
//
//	IED      listens, and answers each client
//	Define   an attribute of the model, by its name in MMS: LN$FC$DO$attribute
//	Break    what a line or a device does wrong, of package faulty, switched while connections are open
//
// It answers identify, lists of names in pieces, types, reads, writes and controls of all four models, and has
// report control blocks, buffered and unbuffered. What it sends is checked
// against tshark, which nobody here wrote. It is for tests: it has no configuration and no security.
package ied
