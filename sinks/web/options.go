// Package web is what sinks that post to an HTTP server share: the log-in, the
// certificates, and what an answer means for the records of a request.
package web

import (
	"github.com/holdfast-edge/holdfast/config"
)

// Options are the keys that all sinks of this kind have; they embed it.
type Options struct {
	URL      config.URL        `yaml:"url" required:"true" doc:"The server: http:// or https:// (TLS), host and port." example:"https://tsdb.example:8443"`
	Username string            `yaml:"username" doc:"The user to log in as, by HTTP's Basic scheme."`
	Password config.Secret     `yaml:"password" doc:"The user's password." example:"env:TSDB_PASSWORD"`
	Token    config.Secret     `yaml:"token" doc:"A token in the place of user and password." example:"file:/etc/holdfast/tsdb.token"`
	Headers  map[string]string `yaml:"headers" advanced:"true" doc:"Further headers of every request. A secret does not belong here." example:"{X-Scope-OrgID: plant-7}"`
	TLS      config.ClientTLS  `yaml:"tls" doc:"Certificates, for https."`
}

// Check finds keys that do not go together.
func (o *Options) Check(report config.Report) {
	switch o.URL.Scheme() {
	case "https":
	case "http":
		if !o.TLS.IsZero() {
			report("tls", &config.Problem{What: "the connection is not encrypted, so the certificates are of no use", Fix: "write https:// in url, or remove tls"})
		}
	default:
		report("url", &config.Problem{What: "the scheme is " + o.URL.Scheme(), Fix: "want http:// or https://"})
	}
	if o.URL.Parsed().User != nil {
		report("url", &config.Problem{What: "the URL holds a user", Fix: "write username and password as keys of their own"})
	}
	if o.Username != "" && !o.Token.IsZero() {
		report("token", &config.Problem{What: "there are a user and a token", Fix: "give one of them"})
	}
}
