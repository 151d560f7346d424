package mqtt

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
)

// Sink publishes to an MQTT broker, in MQTT 5 or 3.1.1.
type Sink struct {
	dial func(context.Context, *Options) (net.Conn, error)
}

var _ sinks.Sink = Sink{}

// New returns the sink.
func New() Sink { return Sink{dial: dial} }

// Spec names the type and declares Options.
func (Sink) Spec() config.SinkType {
	return config.SinkType{
		Name:    "mqtt",
		Doc:     "An MQTT broker, version 5 or 3.1.1. A message per row, or per few rows, as JSON; docs/sinks/mqtt.md shows them.",
		Options: Options{},
	}
}

// Open connects and logs in.
func (s Sink) Open(ctx context.Context, to sinks.Target) (sinks.Writer, error) {
	o, ok := to.Options.(*Options)
	if !ok {
		return nil, &sinks.Failure{Permanent: true, Err: fmt.Errorf("open mqtt sink: options of type %T", to.Options)}
	}
	conn, err := s.dial(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", o.URL, err)
	}
	in := bufio.NewReader(conn)
	agreed, err := greet(ctx, conn, in, o, clientID(o, to))
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("open %s: %w", o.URL, err)
	}
	w := newWriter(conn, o, agreed, to.Site)
	w.loops.Go(func() { w.guarded(func() { w.listen(in) }) })
	w.loops.Go(func() { w.guarded(w.pulsate) })
	return w, nil
}

// clientID is the same at every opening, so that a broker drops a connection
// that it still believes in when its successor comes (MQTT 5.0 §3.1.4).
func clientID(o *Options, to sinks.Target) string {
	if o.ClientID != "" {
		return o.ClientID
	}
	return "holdfast-" + to.Site + "-" + to.Name
}

func newWriter(conn net.Conn, o *Options, agreed terms, site string) *writer {
	return &writer{
		options: o, terms: agreed,
		out:     &outlet{conn: conn, timeout: 2 * agreed.keepAlive},
		window:  newWindow(agreed.window),
		compose: newComposer(o, site, agreed.packetSize),
	}
}

// now is the clock of deadlines; its monotonic part is what counts.
func now() time.Time { return time.Now() }
