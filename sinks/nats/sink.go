package nats

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/bulk"
	"github.com/holdfast-edge/holdfast/sinks/message"
)

// Sink publishes to NATS JetStream.
type Sink struct{}

var _ sinks.Sink = Sink{}

// Spec names the type and declares Options.
func (Sink) Spec() config.SinkType {
	return config.SinkType{
		Name:    "nats",
		Doc:     "NATS JetStream. A message per record, as JSON or by a template, with its identity as Nats-Msg-Id; docs/sinks/nats.md shows them.",
		Options: Options{},
	}
}

// Open logs in. The connection does not reconnect by itself: that is for the
// actor, which knows what has to be sent again.
func (Sink) Open(ctx context.Context, to sinks.Target) (sinks.Writer, error) {
	o, ok := to.Options.(*Options)
	if !ok {
		return nil, &sinks.Failure{Permanent: true, Err: fmt.Errorf("open nats sink: options of type %T", to.Options)}
	}
	settings, err := settings(o, to.Name)
	if err != nil {
		return nil, &sinks.Failure{Permanent: true, Err: fmt.Errorf("open %s: %w", o.URL[0], err)}
	}
	addresses := make([]string, len(o.URL))
	for i, u := range o.URL {
		addresses[i] = u.String()
	}
	p := &poster{options: o, site: to.Site, lost: make(chan struct{})}
	way := &dialer{timeout: o.Timeout}
	defer context.AfterFunc(ctx, way.cut)()
	settings = append(settings, nats.ClosedHandler(func(*nats.Conn) { close(p.lost) }), nats.SetCustomDialer(way))
	conn, err := nats.Connect(strings.Join(addresses, ","), settings...)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, fmt.Errorf("open %s: %w", o.URL[0], opening(err))
	}
	p.conn = conn
	if p.stream, err = jetstream.New(conn, jetstream.WithPublishAsyncMaxPending(o.Batch*o.Window+1)); err != nil {
		conn.Close()
		return nil, fmt.Errorf("open %s: %w", o.URL[0], err)
	}
	if ctx.Err() != nil {
		conn.Close()
		return nil, context.Cause(ctx)
	}
	return bulk.NewWriter(o.Bulk, p), nil
}

func settings(o *Options, name string) ([]nats.Option, error) {
	password, err := o.Password.Reveal()
	if err != nil {
		return nil, err
	}
	token, err := o.Token.Reveal()
	if err != nil {
		return nil, err
	}
	all := []nats.Option{
		nats.Name("holdfast " + name), nats.NoReconnect(), nats.Timeout(o.Timeout), nats.FlusherTimeout(o.Timeout),
		nats.PingInterval(o.Timeout), nats.MaxPingsOutstanding(1),
	}
	switch {
	case o.Creds != "":
		all = append(all, nats.UserCredentials(o.Creds))
	case token != "":
		all = append(all, nats.Token(token))
	case o.Username != "":
		all = append(all, nats.UserInfo(o.Username, password))
	}
	for _, u := range o.URL {
		if u.Scheme() != "tls" {
			continue
		}
		certificates, err := o.TLS.Load("")
		if err != nil {
			return nil, err
		}
		all = append(all, nats.Secure(certificates))
		break
	}
	return all, nil
}

// opening tells whether another attempt to log in would end the same way.
func opening(err error) error {
	if errors.Is(err, nats.ErrAuthorization) || errors.Is(err, nats.ErrAuthExpired) || errors.Is(err, nats.ErrAuthRevoked) {
		return &sinks.Failure{Permanent: true, Err: err}
	}
	return err
}

// poster publishes requests.
type poster struct {
	options *Options
	site    string
	conn    *nats.Conn
	stream  jetstream.JetStream
	lost    chan struct{} // closed when the connection is; nothing is acknowledged any more
	forms   message.Forms[*form]
}

// Close ends the connection.
func (p *poster) Close() error {
	p.conn.Close()
	return nil
}
