// Package wire is what goes over a Modbus line: requests, the replies that fit them, and the frames of the three
// transmission modes. It is pure: bytes in, bytes out, without socket, clock or goroutine.
//
// Clauses named AP are of the MODBUS Application Protocol Specification V1.1b3, SL of MODBUS over Serial Line V1.02,
// TCP of MODBUS Messaging on TCP/IP Implementation Guide V1.0b.
//
//	request PDU   function code, address, count or value        Append…
//	reply PDU     checked in full against its request           Check
//	MBAP frame    transaction, length, unit, PDU                TCP, TLS, UDP
//	RTU frame     unit, PDU, CRC; has no length of its own      serial lines and their tunnels
//	ASCII frame   ':', hexadecimal of unit, PDU and LRC, CR LF  serial lines and their tunnels
//
// A reply is never taken apart without its request: only the request says how long the reply has to be and what it has
// to repeat.
package wire
