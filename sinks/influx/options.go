package influx

import (
	"strings"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks/bulk"
	"github.com/holdfast-edge/holdfast/sinks/template"
	"github.com/holdfast-edge/holdfast/sinks/web"
)

// Options are the keys of a sink of type influx.
type Options struct {
	Access

	API             string                       `yaml:"api" default:"v1" enum:"v1,v2,v3" doc:"Which way to write: v1 is /write, which VictoriaMetrics and QuestDB have, too; v2 is /api/v2/write with org and bucket; v3 is /api/v3/write_lp."`
	Database        string                       `yaml:"database" doc:"The database, with api: v1 and v3. VictoriaMetrics and QuestDB need none."`
	RetentionPolicy string                       `yaml:"retention_policy" advanced:"true" doc:"The retention policy, with api: v1. Not given, the database's default."`
	Org             string                       `yaml:"org" doc:"The organisation, with api: v2." example:"plant"`
	Bucket          string                       `yaml:"bucket" doc:"The bucket, with api: v2." example:"telemetry"`
	Create          bool                         `yaml:"create" default:"true" doc:"Whether the database is made where it is missing, with api: v1."`
	Measurement     template.Template            `yaml:"measurement" default:"{stream}" doc:"The measurement. {site} is the site's name, {stream} the rule's, and any other {name} what the row's field of that name holds."`
	Tags            map[string]template.Template `yaml:"tags" doc:"Tags beside site, as texts with placeholders. A field that a tag of its name holds is not a field." example:"{machine: \"{machine}\"}"`
	Compression     string                       `yaml:"compression" default:"gzip" enum:"none,gzip" doc:"How requests are compressed."`

	Bulk
}

// Access and Bulk are the keys that sinks of this kind share.
type (
	Access = web.Options
	Bulk   = bulk.Options
)

// The APIs.
const (
	v1 = "v1"
	v2 = "v2"
	v3 = "v3"
)

// Check finds keys that do not go together.
func (o *Options) Check(report config.Report) {
	o.Access.Check(report)
	switch {
	case o.API == v2 && o.Bucket == "":
		report("bucket", &config.Problem{What: "api: v2 writes to a bucket", Fix: "add bucket, and org where the server has several"})
	case o.API == v3 && o.Database == "":
		report("database", &config.Problem{What: "api: v3 writes to a database", Fix: "add database"})
	case o.API != v2 && (o.Bucket != "" || o.Org != ""):
		report("api", &config.Problem{What: "org and bucket are of api: v2", Fix: "write api: v2, or give database instead"})
	}
	if strings.ContainsAny(o.Database, "\"\\\n") {
		report("database", &config.Problem{What: "the name has a quote", Fix: "use letters, digits and _"})
	}
	if _, twice := o.Tags["site"]; twice {
		report("tags", &config.Problem{What: "site is a tag of every line", Fix: "give yours another name"})
	}
}
