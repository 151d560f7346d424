// Package wire is what BACnet looks like on IP (ASHRAE 135, ISO 16484-5): the virtual link of Annex J, network headers
// (clause 6), application PDUs (clause 20) and the services that the driver asks for and is told by (clauses 13, 15, 16).
//
//	datagram   BVLC  0x81 function length
//	             NPDU  version, control, where to and where from on other networks
//	               APDU  kind, invoke id, service, segments
//	                 tagged values
//
// It holds no socket, no clock and no state. Whatever takes octets apart bears any octets.
package wire
