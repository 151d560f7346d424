package tdengine

import (
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks/bulk"
	"github.com/holdfast-edge/holdfast/sinks/template"
)

// Options are the keys of a sink of type tdengine.
type Options struct {
	URL      []config.URL     `yaml:"url" required:"true" single:"true" min:"1" max:"16" doc:"Where taosAdapter listens: ws:// or wss:// (TLS), host and port. Of several, the first that answers is used." example:"ws://tdengine.example:6041"`
	Username string           `yaml:"username" default:"root" doc:"The user to log in as."`
	Password config.Secret    `yaml:"password" doc:"The user's password." example:"env:TDENGINE_PASSWORD"`
	Token    config.Secret    `yaml:"token" doc:"A token in the place of user and password, as TDengine Cloud wants it." example:"file:/etc/holdfast/tdengine.token"`
	TLS      config.ClientTLS `yaml:"tls" doc:"Certificates, for wss."`

	Database   string                       `yaml:"database" default:"holdfast" min:"1" max:"64" doc:"The database."`
	Create     bool                         `yaml:"create" default:"true" doc:"Whether database, super-tables and columns that are missing are made. With false, a row that finds no place is refused."`
	SuperTable template.Template            `yaml:"super_table" default:"{stream}" doc:"The super-table. {site} is the site's name, {stream} the rule's, and any other {name} what the row's field of that name holds." example:"climate"`
	Table      template.Template            `yaml:"table" default:"{site}_{stream}" doc:"The table of a source, below the super-table. What a table's name cannot hold becomes _, with a hash behind it that keeps names apart." example:"{site}_{machine}"`
	Tags       map[string]template.Template `yaml:"tags" doc:"Tags of the tables beside site and stream, as texts with placeholders." example:"{line: \"3\", machine: \"{machine}\"}"`

	SameTime  string `yaml:"same_time" default:"keep" enum:"keep,replace" doc:"What becomes of two rows of a table with the same source time: keep makes the record's sequence a part of the key, so that both stay; replace lets the later one win, for super-tables that were made with the time alone as their key."`
	Method    string `yaml:"method" default:"stmt2" enum:"stmt2,sql" advanced:"true" doc:"How rows are written: bound to a prepared statement, or as SQL text."`
	Precision string `yaml:"precision" default:"ns" enum:"ns,us,ms" advanced:"true" doc:"The precision of times in a database that is made. One that is there keeps its own."`
	TextWidth int    `yaml:"text_width" default:"64" min:"1" max:"16384" advanced:"true" doc:"How many bytes a new column of text holds. It is widened as texts need it."`

	bulk.Options
}

// bySQL is the method that is not the default.
const bySQL = "sql"

const keepBoth = "keep"

// Check finds keys that do not go together.
func (o *Options) Check(report config.Report) {
	secure := false
	for _, u := range o.URL {
		secure = secure || u.Scheme() == "wss"
		if u.Scheme() != "ws" && u.Scheme() != "wss" {
			report("url", &config.Problem{What: "the scheme is " + u.Scheme(), Fix: "want ws:// or wss://, as ws://tdengine.example:6041"})
		}
		if u.Parsed().User != nil {
			report("url", &config.Problem{What: "the URL holds a user", Fix: "write username and password as keys of their own"})
		}
	}
	if !o.TLS.IsZero() && !secure {
		report("tls", &config.Problem{What: "the connection is not encrypted, so the certificates are of no use", Fix: "write wss:// in url, or remove tls"})
	}
	if err := checkName(o.Database); err != nil {
		report("database", err)
	}
	for name := range o.Tags {
		if slices.Contains([]string{tagSite, tagStream}, strings.ToLower(name)) {
			report("tags", &config.Problem{What: name + " is a tag of every table", Fix: "give yours another name"})
		}
		if err := checkName(name); err != nil {
			report("tags", err)
		}
	}
}

// tagNames are the tags in the order of their columns.
func (o *Options) tagNames() []string {
	names := []string{tagSite, tagStream}
	for name := range o.Tags {
		names = append(names, name)
	}
	slices.Sort(names[2:])
	return names
}
