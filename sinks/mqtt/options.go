package mqtt

import (
	"time"

	"github.com/holdfast-edge/holdfast/config"
	payload "github.com/holdfast-edge/holdfast/sinks/message"
	"github.com/holdfast-edge/holdfast/sinks/template"
)

// Options are the keys of a sink of type mqtt.
type Options struct {
	URL      config.BrokerURL  `yaml:"url" required:"true" doc:"The broker: mqtt, mqtts (TLS), ws or wss (WebSocket), host and port." example:"mqtts://broker.example:8883"`
	Version  string            `yaml:"version" default:"5" enum:"5,3.1.1" doc:"The version of MQTT that the broker speaks. In 3.1.1 a broker cannot say why it does not take a message, and messages have no user properties."`
	Topic    template.Template `yaml:"topic" required:"true" doc:"The topic to publish on. {site} is the site's name, {stream} the device group's, stream's or rule's, and any other {name} what the row's field of that name holds." example:"plants/{site}/{stream}"`
	GapTopic template.Template `yaml:"gap_topic" advanced:"true" doc:"The topic to tell on that records are missing. Not given, it is the topic with /gap behind it." example:"plants/{site}/gaps"`
	Username string            `yaml:"username" max:"65535" doc:"The user to log in as." example:"edge"`
	Password config.Secret     `yaml:"password" doc:"The user's password." example:"env:LINE_PASSWORD"`
	ClientID string            `yaml:"client_id" max:"65535" doc:"The client identifier, which no other client of the broker may have. Not given, it is made of site and sink: holdfast-plant-7-line." example:"plant-7-line"`
	TLS      config.ClientTLS  `yaml:"tls" doc:"Certificates, for mqtts and wss."`

	payload.Options

	QoS            uint8         `yaml:"qos" default:"1" max:"2" doc:"The quality of service: 0 at most once, 1 at least once, 2 exactly once while the connection lasts. With 0 a record counts as delivered once it is written to the socket."`
	Retain         bool          `yaml:"retain" default:"false" doc:"Whether the broker keeps the last message of a topic for those who subscribe later."`
	RowsPerMessage int           `yaml:"rows_per_message" default:"1" min:"1" max:"10000" doc:"With more than 1, a message is a JSON array of up to so many rows. Fewer bytes and fewer acknowledgements, at a coarser grain."`
	Metadata       string        `yaml:"metadata" default:"payload" enum:"payload,properties" doc:"Where source time, identity and quality stand: in the JSON object beside the fields, or in the user properties of the message, so that the payload is the fields alone."`
	Window         int           `yaml:"window" default:"256" min:"1" max:"65535" advanced:"true" doc:"How many messages may be on the way without acknowledgement. The broker's own limit lowers it."`
	KeepAlive      time.Duration `yaml:"keep_alive" default:"20s" min:"1s" max:"18h" advanced:"true" doc:"The broker hears something within this time. One that is silent for half of it is asked whether it lives, and given up after the other half."`
	AckTimeout     time.Duration `yaml:"ack_timeout" default:"1m" min:"1s" max:"1h" advanced:"true" doc:"A connection on which a message stays unacknowledged for this long is given up, and the message is sent again on the next one."`
}

// Where metadata stands.
const (
	inPayload    = "payload"
	inProperties = "properties"
)

// Check finds keys that do not go together.
func (o *Options) Check(report config.Report) {
	if o.Metadata == inProperties && o.RowsPerMessage > 1 {
		report("metadata", &config.Problem{
			What: "properties belong to a message, which has several rows here",
			Fix:  "write metadata: payload, or rows_per_message: 1",
		})
	}
	if o.Version == version311 {
		o.checkOld(report)
	}
	checkTopic("topic", o.Topic, report)
	checkTopic("gap_topic", o.GapTopic, report)
	o.TLS.CheckFor(o.URL, report)
}

// checkOld finds what MQTT 3.1.1 has no place for.
func (o *Options) checkOld(report config.Report) {
	if o.Metadata == inProperties {
		report("metadata", &config.Problem{What: "MQTT 3.1.1 has no user properties", Fix: "write metadata: payload, or version: 5"})
	}
	if o.Username == "" && !o.Password.IsZero() { // §3.1.2.9
		report("password", &config.Problem{What: "MQTT 3.1.1 has no password without a user name", Fix: "write username, or version: 5"})
	}
}

// appendGapTopic appends where the gaps of a stream are told.
func (o *Options) appendGapTopic(dst []byte, site, stream string) []byte {
	if !o.GapTopic.IsZero() {
		return o.GapTopic.Bind(site, stream, nil, escapeLevel).AppendRow(dst, nil)
	}
	return append(o.Topic.Bind(site, stream, nil, escapeLevel).AppendRow(dst, nil), "/gap"...)
}
