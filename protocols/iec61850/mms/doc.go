// Package mms is as much of the Manufacturing Message Specification (ISO 9506-2:2003) as IEC 61850-8-1 needs for a model that is
// read, written, listed and reported: octets in, octets out, without socket and clock.
//
//	PDU        what goes over an association: a request, its response, a report        Parse, Request, Response
//	Initiate   what both sides offer each other at its beginning
//	Data       a value, which tells its own type                                       AppendData, ParseData
//	Type       the type of a variable, with the names of its components                Type.Append, ParseType
//	services   of each, the octets of a request and of a response, and what they say   read.go, names.go
//
// Both sides are here: that of the client, which the driver is, and that of the server, which tests and demos are.
package mms
