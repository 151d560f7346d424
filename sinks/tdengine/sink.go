package tdengine

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/bulk"
)

// Sink writes to TDengine.
type Sink struct{}

var _ sinks.Sink = Sink{}

// Spec names the type and declares Options.
func (Sink) Spec() config.SinkType {
	return config.SinkType{
		Name:    "tdengine",
		Doc:     "TDengine 3.3.6 or later, by the WebSocket of taosAdapter. A row per record in super-tables that are made and altered as rows need them; docs/sinks/tdengine.md shows them.",
		Options: Options{},
	}
}

// Open logs in and makes the database where it is missing.
func (Sink) Open(ctx context.Context, to sinks.Target) (sinks.Writer, error) {
	o, ok := to.Options.(*Options)
	if !ok {
		return nil, &sinks.Failure{Permanent: true, Err: fmt.Errorf("open tdengine sink: options of type %T", to.Options)}
	}
	l, err := dial(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", o.URL[0], err)
	}
	p := &poster{options: o, site: to.Site, line: l, tables: map[string]*superTable{}, plans: map[planKey]*plan{}, stmts: map[string][]*statement{}}
	err = p.prepare(ctx)
	if err == nil {
		err = p.choose(ctx, to.Logger)
	}
	if err != nil {
		l.close()
		return nil, fmt.Errorf("open %s: %w", o.URL[0], err)
	}
	return bulk.NewWriter(o.Options, p), nil
}

// poster writes requests on one connection.
type poster struct {
	options *Options
	site    string
	line    *line
	perTick int64 // nanoseconds in a tick of the database's times
	bySQL   bool  // rows are written as SQL text
	note    string

	mu     sync.Mutex
	tables map[string]*superTable
	plans  map[planKey]*plan
	stmts  map[string][]*statement // at rest, by group.key
}

// prepare makes the database, and asks for the precision of its times.
func (p *poster) prepare(ctx context.Context) error {
	o := p.options
	if o.Create {
		if err := p.exec(ctx, "CREATE DATABASE IF NOT EXISTS "+quote(o.Database)+" PRECISION '"+o.Precision+"'"); err != nil && codeOf(err) != codeNoRight {
			return fmt.Errorf("create database %s: %w", o.Database, err)
		}
	}
	rows, err := p.query(ctx, "SELECT `precision` FROM information_schema.ins_databases WHERE name = "+literal(o.Database))
	if err != nil {
		return fmt.Errorf("ask for the precision of database %s: %w", o.Database, err)
	}
	if len(rows) != 1 || len(rows[0]) != 1 {
		return fmt.Errorf("database %s is not there: make it, or write create: true", o.Database)
	}
	switch strings.ToLower(textIn(rows[0][0])) {
	case "ms":
		p.perTick = 1e6
	case "us":
		p.perTick = 1e3
	default:
		p.perTick = 1
	}
	return nil
}

// Close ends the connection.
func (p *poster) Close() error {
	p.line.close()
	return nil
}
