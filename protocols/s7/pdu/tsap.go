package pdu

import "fmt"

// TSAP is the address of one end within its host, as Siemens writes it: two octets with a point between.
type TSAP uint16

// String returns 01.02, in hexadecimal.
func (t TSAP) String() string { return fmt.Sprintf("%02X.%02X", uint8(t>>8), uint8(t)) }

// Octets returns it as the transport layer has it.
func (t TSAP) Octets() []byte { return []byte{byte(t >> 8), byte(t)} }
