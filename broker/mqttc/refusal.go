package mqttc

import (
	"fmt"
	"strings"

	"github.com/mochi-mqtt/server/v2/packets"
)

// Refusal is a no of the broker.
type Refusal struct {
	Act  string // what was refused, as a verb phrase
	Code byte   // reason code of MQTT 5.0 §2.4
	Said string // by the broker, may be empty
}

// refusal keeps what a packet says, whose texts lie in the reader's buffer.
func refusal(act string, code byte, p *packets.Packet) *Refusal {
	return &Refusal{Act: act, Code: code, Said: strings.Clone(p.Properties.ReasonString)}
}

// Error names the reason, and what a person can do about it.
func (r *Refusal) Error() string {
	name, fix, _ := reason(r.Code)
	text := fmt.Sprintf("%s: refused with 0x%02X %s", r.Act, r.Code, name)
	if r.Said != "" && r.Said != name {
		text += fmt.Sprintf(" (%.200q)", r.Said)
	}
	if fix != "" {
		text += ": " + fix
	}
	return text
}

// Permanent tells that the broker would say no again, until a person has
// changed something.
func (r *Refusal) Permanent() bool {
	_, _, permanent := reason(r.Code)
	return permanent
}

// reason describes the codes that a log-in, a subscription or a connection ends
// with (MQTT 5.0 §3.2.2.2, §3.9.3, §3.14.2.1).
func reason(code byte) (name, fix string, permanent bool) {
	switch code {
	case 0x80:
		return "unspecified error", "", false
	case 0x81:
		return "malformed packet", "", false
	case 0x82:
		return "protocol error", "", false
	case 0x83:
		return "implementation specific error", "", false
	case 0x84:
		return "unsupported protocol version", "write version: 3.1.1", true
	case 0x85:
		return "client identifier not valid", "choose another client_id", true
	case 0x86:
		return "bad user name or password", "check username and password", true
	case 0x87:
		return "not authorized", "check username and password, and the broker's access list", true
	case 0x88:
		return "server unavailable", "", false
	case 0x89:
		return "server busy", "", false
	case 0x8A:
		return "banned", "ask the broker's administrator", true
	case 0x8B:
		return "server shutting down", "", false
	case 0x8D:
		return "keep alive timeout", "", false
	case 0x8E:
		return "session taken over", "another client has the same client_id: give each its own", false
	case 0x8F:
		return "topic filter invalid", "choose another topic", true
	case 0x95:
		return "packet too large", "", false
	case 0x97:
		return "quota exceeded", "", false
	case 0x98:
		return "administrative action", "", false
	case 0x9C:
		return "use another server", "change url", false
	case 0x9D:
		return "server moved", "change url", true
	case 0x9E:
		return "shared subscriptions not supported", "choose a topic without $share", true
	case 0xA2:
		return "wildcard subscriptions not supported", "choose a topic without + and #", true
	default:
		return "unknown reason", "", false
	}
}

// modern translates the return codes of MQTT 3.1.1 §3.2.2.3; those of MQTT 5 are
// 0x80 and above.
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
