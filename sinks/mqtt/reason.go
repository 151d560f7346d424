package mqtt

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/sinks"
)

// refused is the lowest reason code that says no (MQTT 5.0 §2.4).
const refused = 0x80

// reason is a code by which a broker says no.
type reason struct {
	name string
	// fix tells a person what to look at; empty where there is nothing to do.
	fix string
	// hopeless tells that the same opening, or the same message, would be
	// refused again. It is decided for the data's sake: what a change at the
	// far end can mend, such as a missing right to publish, is not hopeless for
	// a message, which would be lost.
	opening, message bool
}

// reasonOf describes a reason code (MQTT 5.0 §2.4, §3.2.2.2, §3.4.2.1, §3.14.2.1).
func reasonOf(code byte) reason {
	switch code {
	case 0x80:
		return reason{name: "unspecified error"}
	case 0x81:
		return reason{name: "malformed packet"}
	case 0x82:
		return reason{name: "protocol error"}
	case 0x83:
		return reason{name: "implementation specific error"}
	case 0x84:
		return reason{name: "unsupported protocol version", fix: "the broker does not speak this version of MQTT: choose the other version", opening: true}
	case 0x85:
		return reason{name: "client identifier not valid", fix: "choose another client_id", opening: true}
	case 0x86:
		return reason{name: "bad user name or password", fix: "check username and password", opening: true}
	case 0x87:
		return reason{name: "not authorized", fix: "check username and password, and the broker's access list", opening: true}
	case 0x88:
		return reason{name: "server unavailable"}
	case 0x89:
		return reason{name: "server busy"}
	case 0x8A:
		return reason{name: "banned", fix: "ask the broker's administrator", opening: true}
	case 0x8B:
		return reason{name: "server shutting down"}
	case 0x8C:
		return reason{name: "bad authentication method", opening: true}
	case 0x8D:
		return reason{name: "keep alive timeout"}
	case 0x8E:
		return reason{name: "session taken over", fix: "another client has the same client_id: give each its own"}
	case 0x90:
		return reason{name: "topic name invalid", fix: "choose another topic", opening: true, message: true}
	case 0x91:
		return reason{name: "packet identifier in use"}
	default:
		return rareReason(code)
	}
}

func rareReason(code byte) reason {
	switch code {
	case 0x93:
		return reason{name: "receive maximum exceeded", fix: "make window smaller"}
	case 0x94:
		return reason{name: "topic alias invalid"}
	case 0x95:
		return reason{name: "packet too large", fix: "send fewer rows per message, or raise the broker's limit", message: true}
	case 0x96:
		return reason{name: "message rate too high"}
	case 0x97:
		return reason{name: "quota exceeded"}
	case 0x98:
		return reason{name: "administrative action"}
	case 0x99:
		return reason{name: "payload format invalid", message: true}
	case 0x9A:
		return reason{name: "retain not supported", fix: "write retain: false", opening: true, message: true}
	case 0x9B:
		return reason{name: "QoS not supported", fix: "choose a lower qos", opening: true, message: true}
	case 0x9C:
		return reason{name: "use another server", fix: "change url"}
	case 0x9D:
		return reason{name: "server moved", fix: "change url", opening: true}
	case 0x9F:
		return reason{name: "connection rate exceeded"}
	case 0xA0:
		return reason{name: "maximum connect time"}
	default:
		return reason{name: "unknown reason"}
	}
}

// refusal words a reason code; said is the reason string that came with it,
// which may be empty.
func (r reason) refusal(code byte, said string) error {
	err := fmt.Errorf("refused with 0x%02X %s", code, r.name)
	if said != "" && said != r.name {
		err = fmt.Errorf("%w (%q)", err, said)
	}
	if r.fix != "" {
		err = fmt.Errorf("%w: %s", err, r.fix)
	}
	return err
}

// modern translates the return codes of MQTT 3.1.1 §3.2.2.3 to those of MQTT 5.
func modern(code byte) byte {
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

// openingRefused is the error of a connection that was not let in.
func openingRefused(code byte, said string) error {
	r := reasonOf(code)
	return &sinks.Failure{Permanent: r.opening, Err: r.refusal(code, said)}
}

// messageRefused is the error of a message that was not taken, nil for a code
// that says yes.
func messageRefused(code byte, said string) error {
	if code < refused {
		return nil
	}
	r := reasonOf(code)
	return &sinks.Failure{Permanent: r.message, Err: fmt.Errorf("publish: %w", r.refusal(code, said))}
}
