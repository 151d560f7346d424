// Package pdu knows the octets of S7comm, which goes over ISO on TCP (protocols/tpkt): what is sent, and what an answer means. It
// is pure.
//
//	S7     32 kind 00 00 reference lengths [error]      a job and its answer
//	       parameters: function, items                  Read Var, Write Var, Setup Communication, or user data
//	       data: of each item, code, form, length, octets
//
// Siemens has published none of S7comm: what is here is what Wireshark's dissector, Snap7 and the devices agree on.
// S7CommPlus, which begins with 72, is another protocol, and not here.
package pdu
