// Package nats is the sink to NATS JetStream. A message for each record, which
// counts as delivered when the stream has stored it. Its identity is the
// Nats-Msg-Id, by which the server drops what is sent again within the stream's
// duplicate window.
package nats

import (
	"strings"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks/bulk"
	"github.com/holdfast-edge/holdfast/sinks/message"
	"github.com/holdfast-edge/holdfast/sinks/template"
)

// Options are the keys of a sink of type nats.
type Options struct {
	URL        []config.URL      `yaml:"url" required:"true" single:"true" min:"1" max:"16" doc:"The servers: nats:// or tls://, host and port." example:"nats://nats.example:4222"`
	Subject    template.Template `yaml:"subject" required:"true" doc:"The subject. {site} is the site's name, {stream} the rule's, and any other {name} what the row's field of that name holds; what would split or match a subject becomes _." example:"plant.{site}.{stream}"`
	GapSubject template.Template `yaml:"gap_subject" default:"{site}.gaps" advanced:"true" doc:"The subject to tell on that records are missing. A stream has to take it, as it has to take subject."`
	Username   string            `yaml:"username" doc:"The user to log in as."`
	Password   config.Secret     `yaml:"password" doc:"The user's password." example:"env:NATS_PASSWORD"`
	Token      config.Secret     `yaml:"token" doc:"A token in the place of user and password."`
	Creds      string            `yaml:"credentials" doc:"The file of a user's JWT and seed." example:"/etc/holdfast/edge.creds"`
	TLS        config.ClientTLS  `yaml:"tls" doc:"Certificates, for tls://."`

	Payload
	Bulk
}

// Payload and Bulk are the keys that sinks of this kind share.
type (
	Payload = message.Options
	Bulk    = bulk.Options
)

// Check finds keys that do not go together.
func (o *Options) Check(report config.Report) {
	secure := false
	for _, u := range o.URL {
		secure = secure || u.Scheme() == "tls"
		if u.Scheme() != "nats" && u.Scheme() != "tls" {
			report("url", &config.Problem{What: "the scheme is " + u.Scheme(), Fix: "want nats:// or tls://, as nats://nats.example:4222"})
		}
		if u.Parsed().User != nil {
			report("url", &config.Problem{What: "the URL holds a user", Fix: "write username and password as keys of their own"})
		}
	}
	if !o.TLS.IsZero() && !secure {
		report("tls", &config.Problem{What: "the connection is not encrypted, so the certificates are of no use", Fix: "write tls:// in url, or remove tls"})
	}
	for key, t := range map[string]template.Template{"subject": o.Subject, "gap_subject": o.GapSubject} {
		if strings.ContainsAny(t.String(), "*> ") {
			report(key, &config.Problem{What: "the subject has a wildcard or a space", Fix: "publish on one subject, without *, > and spaces"})
		}
	}
}
