// Package pki is the certificates of an OPC UA client: its own, which it makes at first use, and those of servers, which
// a person trusts by moving a file (OPC 10000-12 §7.8, as directories).
//
//	DIR/own/certificate.pem   the node's certificate, to be given to servers
//	DIR/own/key.pem           its key, which only the node can read
//	DIR/trusted/              certificates of servers, or of authorities that sign them, PEM or DER
//	DIR/rejected/             certificates of servers that were met and are not trusted
//
// An unknown certificate is refused and kept in rejected; the error says under which name, and where to move it.
//
// Not here: revocation lists, and servers that hand out certificates (GDS push).
package pki
