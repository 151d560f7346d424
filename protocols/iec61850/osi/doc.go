// Package osi is what MMS lies in on TCP: the layers 4 to 7 of OSI, as IEC 61850-8-1 uses them, without socket and clock.
//
//	TPKT          RFC 1006: a length before each TPDU                              Parse
//	transport     ISO/IEC 8073, class 0: connect, data in pieces                   ConnectTPDU, Segment, Reader
//	session       ISO/IEC 8327: connect, data, abort                               Connect, Accept, Data, Abort
//	presentation  ISO/IEC 8823: two contexts, ACSE and MMS, in BER                 the same
//	ACSE          ISO/IEC 8650: the association, and who is meant by it            the same
//
// What follows a connection of the transport is one connect, which carries what MMS has to say first through all the layers at
// once, and then data. The parties are told apart by their selectors, one of each layer.
package osi
