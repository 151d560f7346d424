// Package postgres is the sink to PostgreSQL and TimescaleDB. A table holds the
// rows of a rule; it is made and altered as rows need it, and is a hypertable
// where TimescaleDB is there and asked for.
//
//	deliveries ──by table──▶ COPY into a temporary table ──▶ INSERT … ON CONFLICT DO NOTHING
//
// Rows are keyed by stream, incarnation and sequence (and time, which a
// hypertable wants in its keys), so that one which is sent again is there once.
package postgres

import (
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks/bulk"
	"github.com/holdfast-edge/holdfast/sinks/template"
)

// Options are the keys of a sink of type postgres.
type Options struct {
	URL        config.URL        `yaml:"url" required:"true" doc:"The server and its database: postgres://host:5432/database. sslmode in the query is disable, prefer, require, verify-ca or verify-full; several hosts are tried in order." example:"postgres://db.example:5432/plant?sslmode=verify-full"`
	Username   string            `yaml:"username" required:"true" doc:"The user to log in as." example:"edge"`
	Password   config.Secret     `yaml:"password" doc:"The user's password." example:"env:POSTGRES_PASSWORD"`
	TLS        config.ClientTLS  `yaml:"tls" doc:"Certificates, where sslmode asks for TLS. Not given, those of the system."`
	Schema     string            `yaml:"schema" default:"public" min:"1" max:"63" doc:"The schema of the tables."`
	Table      template.Template `yaml:"table" default:"{stream}" doc:"The table. {site} is the site's name, {stream} the rule's."`
	Create     bool              `yaml:"create" default:"true" doc:"Whether schema, tables and columns that are missing are made. With false, a row that finds no place is refused."`
	Hypertable bool              `yaml:"hypertable" default:"false" doc:"Whether a table that is made becomes a hypertable of TimescaleDB, by its time."`

	bulk.Options
}

// Check finds keys that do not go together.
func (o *Options) Check(report config.Report) {
	if s := o.URL.Scheme(); s != "postgres" && s != "postgresql" {
		report("url", &config.Problem{What: "the scheme is " + s, Fix: "want postgres://host:port/database"})
	}
	if o.URL.Parsed().User != nil {
		report("url", &config.Problem{What: "the URL holds a user", Fix: "write username and password as keys of their own"})
	}
	if o.URL.Path() == "" || o.URL.Path() == "/" {
		report("url", &config.Problem{What: "the URL names no database", Fix: "add it: postgres://host:5432/plant"})
	}
	if mode := o.URL.Parsed().Query().Get("sslmode"); !o.TLS.IsZero() && (mode == "" || mode == "disable" || mode == "prefer") {
		report("tls", &config.Problem{What: "the connection need not be encrypted", Fix: "add ?sslmode=verify-full to url"})
	}
}
