package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"time"
)

// Console is the web page and REST API.
type Console struct {
	Origin Origin
	Listen string `yaml:"listen" default:"127.0.0.1:8470" match:"listen" doc:"Where the console is served. Off loopback it needs tls, and a log-in is asked for." example:"127.0.0.1:8470"`
	TLS    *TLS   `yaml:"tls" doc:"The certificate that the console is served with."`

	Tokens []ConsoleToken `yaml:"tokens" doc:"What machines send instead of the password, as Authorization: Bearer TOKEN. On a loopback address nobody needs one."`
}

// ConsoleToken lets a machine in.
type ConsoleToken struct {
	Name      string `yaml:"name" required:"true" min:"1" max:"64" doc:"Whose it is; what is done with it is logged by that name." example:"grafana"`
	Token     Secret `yaml:"token" doc:"The token, of 20 characters or more; either this or token_hash. holdfast token makes one." example:"file:/etc/holdfast/grafana.token"`
	TokenHash string `yaml:"token_hash" doc:"The SHA-256 of the token in hexadecimal, as holdfast token prints it." example:"5d41402abc4b2a76b9719d911017c592ae3f1c2d5e6f708192a3b4c5d6e7f809"`
	Role      string `yaml:"role" default:"viewer" enum:"viewer,admin" doc:"What it may do: viewer reads and asks the history; admin does everything."`
}

// Check wants one token, and a hash that is one.
func (t *ConsoleToken) Check(report Report) {
	sum, err := hex.DecodeString(t.TokenHash)
	switch given := !t.Token.IsZero(); {
	case given && t.TokenHash != "":
		report("token_hash", &Problem{What: "the entry has a token and a hash", Fix: "remove one of them"})
	case !given && t.TokenHash == "":
		report("", &Problem{What: "the entry has no token", Fix: "add token: file:/PATH, or token_hash; holdfast token makes both"})
	case !given && (err != nil || len(sum) != sha256.Size):
		report("token_hash", &Problem{What: "this is not a SHA-256 in hexadecimal", Fix: "make a token with its hash by: holdfast token"})
	}
}

// Check wants a certificate before anything is served to the network, and one
// name for each token.
func (c *Console) Check(report Report) {
	names := map[string]bool{}
	for i, t := range c.Tokens {
		if names[t.Name] && t.Name != "" {
			report(fmt.Sprintf("tokens[%d].name", i), &Problem{
				What: fmt.Sprintf("token %q is declared twice", t.Name), Fix: "give one of them another name",
			})
		}
		names[t.Name] = true
	}
	if c.TLS == nil && !Loopback(c.Listen) {
		report("listen", &Problem{
			What: "the console would be served to the network without TLS",
			Fix:  "listen on 127.0.0.1, or add tls: {cert: FILE, key: FILE}",
		})
	}
}

// TLS is a certificate with its key, both PEM files on the node; they are read again when they change.
type TLS struct {
	Cert string `yaml:"cert" required:"true" min:"1" doc:"The file of the certificate and its chain, PEM." example:"/etc/holdfast/cert.pem"`
	Key  string `yaml:"key" required:"true" min:"1" doc:"The file of the private key, PEM, readable by the node only." example:"/etc/holdfast/key.pem"`
}

// Log is how the log on disk commits and how much it keeps.
type Log struct {
	CommitInterval time.Duration `yaml:"commit_interval" default:"1s" min:"1ms" max:"1m" advanced:"true" doc:"The longest that a record waits to be committed; what a power cut can lose. Shorter costs more writes to the disk."`
	CommitSize     ByteSize      `yaml:"commit_size" default:"64KiB" min:"1KiB" max:"16MiB" advanced:"true" doc:"As many bytes are committed at once, without waiting for the interval."`
	MaxSize        ByteSize      `yaml:"max_size" default:"1GiB" min:"1MiB" doc:"How much disk the log may take; beyond it the oldest segment goes, and what a sink had not yet is marked by a gap record."`
	WriteBudget    ByteSize      `yaml:"write_budget" default:"8GiB" advanced:"true" doc:"How much log and history may write to the disk in a day; more is an alarm, and nothing is held back. Flash wears: see docs/store.md. 0 sets no bound."`
	SegmentSize    ByteSize      `yaml:"segment_size" default:"16MiB" min:"64KiB" max:"256MiB" advanced:"true" doc:"The size of one file of the log; the log is trimmed by whole files."`
}

// Check wants room for two segments, so that trimming one leaves the other.
func (l *Log) Check(report Report) {
	if l.MaxSize < 2*l.SegmentSize {
		report("max_size", &Problem{
			What: "max_size " + l.MaxSize.String() + " is less than two segments of " + l.SegmentSize.String(),
			Fix:  "make max_size larger or segment_size smaller",
		})
	}
}

// History is how long the node keeps its own time series.
type History struct {
	MaxAge  time.Duration `yaml:"max_age" default:"30d" doc:"Values older than this are removed; 0 keeps them for as long as max_size allows."`
	MaxSize ByteSize      `yaml:"max_size" default:"2GiB" min:"1MiB" doc:"How much disk the history may take; beyond it the oldest values are removed."`
	Minutes MinuteSums    `yaml:"minutes" doc:"What the values sum up to by minute: least, greatest, average, count, last, share of good ones."`
	Hours   HourSums      `yaml:"hours" doc:"The same by hour."`
}

// MinuteSums is how long the sums by minute are kept.
type MinuteSums struct {
	MaxAge  time.Duration `yaml:"max_age" default:"365d" doc:"Sums older than this are removed; 0 keeps them for as long as max_size allows."`
	MaxSize ByteSize      `yaml:"max_size" default:"1GiB" min:"1MiB" doc:"How much disk they may take; beyond it the oldest are removed."`
}

// HourSums is how long the sums by hour are kept.
type HourSums struct {
	MaxAge  time.Duration `yaml:"max_age" default:"3650d" doc:"Sums older than this are removed; 0 keeps them for as long as max_size allows."`
	MaxSize ByteSize      `yaml:"max_size" default:"256MiB" min:"1MiB" doc:"How much disk they may take; beyond it the oldest are removed."`
}

// Loopback tells whether host:port can be reached from this machine only. A name other than localhost is not resolved
// and counts as reachable.
func Loopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
