// Package encap is the encapsulation of EtherNet/IP (CIP Vol. 2, chapter 2): the frames that a TCP connection carries, and
// the items in those that carry CIP. It is pure: octets in, frames out.
//
//	frame   header of 24 octets: command, length, session, status, context, options; then data
//	data    of SendRRData and SendUnitData: an interface, a timeout, and items: whom it is for, and the CIP message
//
// Numbers are little-endian. What a CIP message says is for package cip.
package encap
