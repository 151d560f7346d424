package mqtt

import (
	"context"
	"errors"
	"net"

	"github.com/holdfast-edge/holdfast/broker/mqttdial"
	"github.com/holdfast-edge/holdfast/sinks"
)

// dial opens the byte stream that the URL asks for. ctx bounds the opening
// only.
func dial(ctx context.Context, o *Options) (net.Conn, error) {
	conn, err := mqttdial.Dial(ctx, o.URL, o.TLS)
	if errors.Is(err, mqttdial.ErrCertificates) {
		return nil, &sinks.Failure{Permanent: true, Err: err}
	}
	return conn, err
}
