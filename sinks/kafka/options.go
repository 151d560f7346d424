// Package kafka is the sink to Kafka and what speaks its protocol: Redpanda,
// Event Hubs, MSK. Records are produced by an idempotent producer, which keeps
// retries within a connection from doubling them, and carry their identity in a
// header, by which a consumer tells what was sent again after a cut.
package kafka

import (
	"fmt"
	"strings"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks/bulk"
	"github.com/holdfast-edge/holdfast/sinks/message"
	"github.com/holdfast-edge/holdfast/sinks/template"
)

// Options are the keys of a sink of type kafka.
type Options struct {
	Brokers  []string          `yaml:"brokers" required:"true" single:"true" min:"1" max:"64" doc:"Brokers to begin with, host:port." example:"[kafka-1.example:9092, kafka-2.example:9092]"`
	Topic    template.Template `yaml:"topic" required:"true" doc:"The topic. {site} is the site's name, {stream} the rule's, and any other {name} what the row's field of that name holds; what a topic cannot hold becomes _." example:"plant.{stream}"`
	GapTopic template.Template `yaml:"gap_topic" default:"{site}.gaps" advanced:"true" doc:"The topic to tell on that records are missing."`
	Key      template.Template `yaml:"key" default:"{site}/{stream}" doc:"The record's key, which chooses the partition: records of one key stay in order." example:"{machine}"`
	Create   bool              `yaml:"create" default:"false" doc:"Whether the brokers may make a topic that is missing."`

	TLS       *config.ClientTLS `yaml:"tls" doc:"TLS to the brokers, with these certificates; tls: {} takes those of the system."`
	Mechanism string            `yaml:"sasl" default:"none" enum:"none,plain,scram-sha-256,scram-sha-512" doc:"How to log in."`
	Username  string            `yaml:"username" doc:"The user to log in as."`
	Password  config.Secret     `yaml:"password" doc:"The user's password." example:"env:KAFKA_PASSWORD"`

	Compression string          `yaml:"compression" default:"snappy" enum:"none,gzip,snappy,lz4,zstd" doc:"How batches are compressed."`
	MaxMessage  config.ByteSize `yaml:"max_message" default:"1MB" min:"1KB" max:"100MB" advanced:"true" doc:"The largest batch of messages; no more than the brokers take (message.max.bytes)."`

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
	for i, b := range o.Brokers {
		if host, port, ok := strings.Cut(b, ":"); !ok || host == "" || port == "" || strings.Contains(b, "/") {
			report(fmt.Sprintf("brokers[%d]", i), &config.Problem{What: fmt.Sprintf("%.60q is no broker", b), Fix: "want host:port"})
		}
	}
	if o.Mechanism != "none" && (o.Username == "" || o.Password.IsZero()) {
		report("sasl", &config.Problem{What: "a log-in needs a user and a password", Fix: "add username and password"})
	}
	if o.Mechanism == "none" && o.Username != "" {
		report("username", &config.Problem{What: "the user is not used without sasl", Fix: "add sasl: scram-sha-512, or what the brokers want"})
	}
}
