package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/bulk"
	"github.com/holdfast-edge/holdfast/tag"
)

// Sink writes to PostgreSQL.
type Sink struct{}

var _ sinks.Sink = Sink{}

// Spec names the type and declares Options.
func (Sink) Spec() config.SinkType {
	return config.SinkType{
		Name:    "postgres",
		Doc:     "PostgreSQL 12 or later, with or without TimescaleDB. A row per record in tables that are made and altered as rows need them; docs/sinks/postgres.md shows them.",
		Options: Options{},
	}
}

// Open logs in.
func (Sink) Open(ctx context.Context, to sinks.Target) (sinks.Writer, error) {
	o, ok := to.Options.(*Options)
	if !ok {
		return nil, &sinks.Failure{Permanent: true, Err: fmt.Errorf("open postgres sink: options of type %T", to.Options)}
	}
	conf, err := settings(o)
	if err != nil {
		return nil, &sinks.Failure{Permanent: true, Err: fmt.Errorf("open %s: %w", o.URL, err)}
	}
	p := &poster{options: o, site: to.Site, config: conf, tables: map[string]*table{}, plans: map[*tag.Schema]*plan{}}
	c, err := p.take(ctx)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", o.URL, err)
	}
	p.rest(c)
	return bulk.NewWriter(o.Options, p), nil
}

// settings are those of the URL, with user, password and certificates.
func settings(o *Options) (*pgx.ConnConfig, error) {
	password, err := o.Password.Reveal()
	if err != nil {
		return nil, err
	}
	at := o.URL.Parsed()
	at.User = url.User(o.Username)
	conf, err := pgx.ParseConfig(at.String())
	if err != nil {
		return nil, errors.New("the URL is not one of PostgreSQL") // pgx repeats it
	}
	conf.Password = password
	conf.ConnectTimeout = o.Timeout
	conf.RuntimeParams["application_name"] = "holdfast"
	if !o.TLS.IsZero() && conf.TLSConfig != nil {
		certificates, err := o.TLS.Load(conf.Host)
		if err != nil {
			return nil, err
		}
		conf.TLSConfig = certificates
		for _, f := range conf.Fallbacks {
			f.TLSConfig = certificates
		}
	}
	return conf, nil
}

// poster writes requests, each on a connection of its own.
type poster struct {
	options *Options
	site    string
	config  *pgx.ConnConfig

	mu      sync.Mutex
	resting []*pgx.Conn
	tables  map[string]*table
	plans   map[*tag.Schema]*plan
}

// take returns a connection that is at rest, or opens one.
func (p *poster) take(ctx context.Context) (*pgx.Conn, error) {
	p.mu.Lock()
	if n := len(p.resting); n > 0 {
		c := p.resting[n-1]
		p.resting = p.resting[:n-1]
		p.mu.Unlock()
		return c, nil
	}
	p.mu.Unlock()
	c, err := pgx.ConnectConfig(ctx, p.config.Copy())
	if err != nil {
		return nil, opening(err)
	}
	return c, nil
}

func (p *poster) rest(c *pgx.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resting = append(p.resting, c)
}

// Close ends the connections.
func (p *poster) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.resting {
		abandon(c)
	}
	p.resting = nil
	return nil
}

// abandon closes without waiting for the server.
func abandon(c *pgx.Conn) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = c.Close(ctx) // it is of no use any more
}

// opening tells whether another attempt to log in would end the same way.
func opening(err error) error {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && (e.Code == "28P01" || e.Code == "28000") {
		return &sinks.Failure{Permanent: true, Err: fmt.Errorf("log in: %s", e.Message)}
	}
	return err
}

// refusal tells whether the same rows would be refused again (SQLSTATE classes
// 22 and 23: data, constraints; 42804: types).
func refusal(err error) error {
	e, ok := errors.AsType[*pgconn.PgError](err)
	if ok && (e.Code[:2] == "22" || e.Code[:2] == "23" || e.Code == "42804" || e.Code == "54000") {
		return &sinks.Failure{Permanent: true, Err: err}
	}
	return err
}
