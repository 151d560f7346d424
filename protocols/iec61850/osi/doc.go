// Package osi is what MMS lies in above the transport of OSI (protocols/tpkt): the layers 5 to 7, as IEC 61850-8-1 uses them,
// without socket and clock.
//
//	session       ISO/IEC 8327: connect, data, abort                               Connect, Accept, Data, Abort
//	presentation  ISO/IEC 8823: two contexts, ACSE and MMS, in BER                 the same
//	ACSE          ISO/IEC 8650: the association, and who is meant by it            the same
//
// What follows a connection of the transport is one connect, which carries what MMS has to say first through all the layers at
// once, and then data. The parties are told apart by their selectors, one of each layer.
package osi
