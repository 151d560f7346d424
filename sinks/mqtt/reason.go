package mqtt

import (
	"errors"
	"fmt"

	"github.com/holdfast-edge/holdfast/broker/mqttdial"
	"github.com/holdfast-edge/holdfast/sinks"
)

// openingRefused is the error of a connection that was not let in.
func openingRefused(code byte, said string) error {
	r := mqttdial.ReasonOf(code)
	return &sinks.Failure{Permanent: r.Opening, Err: errors.New(r.Refusal(code, said))}
}

// messageRefused is the error of a message that was not taken, nil for a code
// that says yes.
func messageRefused(code byte, said string) error {
	if code < mqttdial.Refused {
		return nil
	}
	r := mqttdial.ReasonOf(code)
	return &sinks.Failure{Permanent: r.Message, Err: fmt.Errorf("publish: %s", r.Refusal(code, said))}
}
