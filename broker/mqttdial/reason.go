package mqttdial

import "fmt"

// Refused is the lowest reason code that says no (MQTT 5.0 §2.4).
const Refused = 0x80

// Reason is a code by which a broker says no.
type Reason struct {
	Name string
	// Fix tells a person what to look at; empty where there is nothing to do.
	Fix string
	// Opening tells that the same log-in or subscription would be refused again,
	// until a person has changed something; Message that the same message would.
	// It is decided for the data's sake: what a change at the far end can mend,
	// such as a missing right to publish, is not hopeless for a message, which
	// would be lost.
	Opening, Message bool
}

// ReasonOf describes a reason code (MQTT 5.0 §2.4, §3.2.2.2, §3.4.2.1, §3.9.3, §3.14.2.1).
func ReasonOf(code byte) Reason {
	switch code {
	case 0x80:
		return Reason{Name: "unspecified error"}
	case 0x81:
		return Reason{Name: "malformed packet"}
	case 0x82:
		return Reason{Name: "protocol error"}
	case 0x83:
		return Reason{Name: "implementation specific error"}
	case 0x84:
		return Reason{Name: "unsupported protocol version", Fix: "the broker does not speak this version of MQTT: choose the other version", Opening: true}
	case 0x85:
		return Reason{Name: "client identifier not valid", Fix: "choose another client_id", Opening: true}
	case 0x86:
		return Reason{Name: "bad user name or password", Fix: "check username and password", Opening: true}
	case 0x87:
		return Reason{Name: "not authorized", Fix: "check username and password, and the broker's access list", Opening: true}
	case 0x88:
		return Reason{Name: "server unavailable"}
	case 0x89:
		return Reason{Name: "server busy"}
	case 0x8A:
		return Reason{Name: "banned", Fix: "ask the broker's administrator", Opening: true}
	case 0x8B:
		return Reason{Name: "server shutting down"}
	case 0x8C:
		return Reason{Name: "bad authentication method", Opening: true}
	case 0x8D:
		return Reason{Name: "keep alive timeout"}
	case 0x8E:
		return Reason{Name: "session taken over", Fix: "another client has the same client_id: give each its own"}
	case 0x8F:
		return Reason{Name: "topic filter invalid", Fix: "choose another topic", Opening: true}
	case 0x90:
		return Reason{Name: "topic name invalid", Fix: "choose another topic", Opening: true, Message: true}
	case 0x91:
		return Reason{Name: "packet identifier in use"}
	default:
		return rareReason(code)
	}
}

func rareReason(code byte) Reason {
	switch code {
	case 0x93:
		return Reason{Name: "receive maximum exceeded", Fix: "make window smaller"}
	case 0x94:
		return Reason{Name: "topic alias invalid"}
	case 0x95:
		return Reason{Name: "packet too large", Fix: "send fewer rows per message, or raise the broker's limit", Message: true}
	case 0x96:
		return Reason{Name: "message rate too high"}
	case 0x97:
		return Reason{Name: "quota exceeded"}
	case 0x98:
		return Reason{Name: "administrative action"}
	case 0x99:
		return Reason{Name: "payload format invalid", Message: true}
	case 0x9A:
		return Reason{Name: "retain not supported", Fix: "write retain: false", Opening: true, Message: true}
	case 0x9B:
		return Reason{Name: "QoS not supported", Fix: "choose a lower qos", Opening: true, Message: true}
	case 0x9C:
		return Reason{Name: "use another server", Fix: "change url"}
	case 0x9D:
		return Reason{Name: "server moved", Fix: "change url", Opening: true}
	case 0x9E:
		return Reason{Name: "shared subscriptions not supported", Fix: "choose a topic without $share", Opening: true}
	case 0x9F:
		return Reason{Name: "connection rate exceeded"}
	case 0xA0:
		return Reason{Name: "maximum connect time"}
	case 0xA2:
		return Reason{Name: "wildcard subscriptions not supported", Fix: "choose a topic without + and #", Opening: true}
	default:
		return Reason{Name: "unknown reason"}
	}
}

// Refusal words a reason code; said is the reason string that came with it, which may be empty.
func (r Reason) Refusal(code byte, said string) string {
	text := fmt.Sprintf("refused with 0x%02X %s", code, r.Name)
	if said != "" && said != r.Name {
		text += fmt.Sprintf(" (%.200q)", said)
	}
	if r.Fix != "" {
		text += ": " + r.Fix
	}
	return text
}

// Modern translates the return codes of MQTT 3.1.1 §3.2.2.3 to those of MQTT 5, which are 0x80
// and above and come back as they are.
func Modern(code byte) byte {
	switch code {
	case 1:
		return 0x84
	case 2:
		return 0x85
	case 3:
		return 0x88
	case 4:
		return 0x86
	case 5:
		return 0x87
	default:
		return code
	}
}
