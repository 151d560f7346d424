package apdu

import "fmt"

// Cause is a cause of transmission (101 §7.2.3), without its two bits.
type Cause uint8

// The causes.
const (
	Periodic             Cause = 1
	Background           Cause = 2
	Spontaneous          Cause = 3
	Initialized          Cause = 4
	Request              Cause = 5
	Activation           Cause = 6
	ActivationCon        Cause = 7
	Deactivation         Cause = 8
	DeactivationCon      Cause = 9
	ActivationTerm       Cause = 10
	ReturnRemote         Cause = 11 // what a command has changed
	ReturnLocal          Cause = 12 // what somebody at the station has changed
	InterrogatedStation  Cause = 20 // by a general interrogation; 21 to 36 by one of a group
	InterrogatedGroup16  Cause = 36
	InterrogatedCounters Cause = 37 // by a general request of counters; 38 to 41 by one of a group
	UnknownType          Cause = 44
	UnknownCause         Cause = 45
	UnknownStation       Cause = 46
	UnknownObject        Cause = 47
)

// String returns the cause in words.
func (c Cause) String() string {
	names := [...]string{
		Periodic: "periodic", Background: "background scan", Spontaneous: "spontaneous", Initialized: "initialized",
		Request: "requested", Activation: "activation", ActivationCon: "activation confirmation",
		Deactivation: "deactivation", DeactivationCon: "deactivation confirmation",
		ActivationTerm: "activation termination", ReturnRemote: "return information, remote",
		ReturnLocal: "return information, local", InterrogatedStation: "interrogated", InterrogatedCounters: "counters requested",
		UnknownType: "unknown type identification", UnknownCause: "unknown cause of transmission",
		UnknownStation: "unknown common address", UnknownObject: "unknown information object address",
	}
	if int(c) < len(names) && names[c] != "" {
		return names[c]
	}
	return fmt.Sprintf("cause %d", uint8(c))
}

// IsUnknown reports whether a station says by the cause that it does not know what it was asked for (101 §7.2.3).
func (c Cause) IsUnknown() bool { return c >= UnknownType && c <= UnknownObject }

// IsInterrogated reports whether values come because of a general interrogation, or one of a group.
func (c Cause) IsInterrogated() bool { return c >= InterrogatedStation && c <= InterrogatedGroup16 }
