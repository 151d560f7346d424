// Package pdu knows the octets of S7comm over ISO-on-TCP: what is sent, and what an answer means. It is pure.
//
//	TPKT   03 00 length                                 a frame of a stream (RFC 1006 §6)
//	COTP   length code …                                a TPDU of class 0: CR, CC, DR, DT, ER (ISO 8073 §13)
//	S7     32 kind 00 00 reference lengths [error]      a job and its answer
//	       parameters: function, items                  Read Var, Write Var, Setup Communication, or user data
//	       data: of each item, code, form, length, octets
//
// Siemens has published none of S7comm: what is here is what Wireshark's dissector, Snap7 and the devices agree on.
// S7CommPlus, which begins with 72, is another protocol, and not here.
package pdu
