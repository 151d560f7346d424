package mqttc

import (
	"strings"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/holdfast-edge/holdfast/broker/mqttdial"
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
	return r.Act + ": " + mqttdial.ReasonOf(r.Code).Refusal(r.Code, r.Said)
}

// Permanent tells that the broker would say no again, until a person has
// changed something.
func (r *Refusal) Permanent() bool { return mqttdial.ReasonOf(r.Code).Opening }
