// Package tpkt is how protocols of OSI go over TCP: a length before each TPDU of class 0. It is pure but for Reader, which reads.
//
//	TPKT   03 00 length       a frame of a stream (RFC 1006 §6)
//	COTP   length code …      a TPDU of class 0: CR, CC, DR, DT, ER (ISO/IEC 8073 §13)
//
// Data longer than a TPDU goes in several, the last of which says so. What the data are is for the layers above.
package tpkt
