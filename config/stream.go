package config

import "time"

// Stream is messages taken in as rows, by topic.
type Stream struct {
	Origin    Origin
	Name      string      `yaml:"name" required:"true" match:"name" doc:"The stream's name; rules read it with FROM." example:"sensors"`
	MQTT      *MQTTSource `yaml:"mqtt" required:"true" doc:"Messages of the node's own broker, or of another one where url is given. A message is a JSON object, which is a row, or an array of objects." example:"{topic: sensors/+/climate}"`
	Timestamp string      `yaml:"timestamp" max:"256" doc:"The field that holds the source time: a number of milliseconds since 1970, or RFC 3339. Not given, it is the time of arrival." example:"ts"`
	Overflow  Overflow    `yaml:"overflow" default:"block" enum:"block,drop_oldest" doc:"What happens when readers fall behind: block makes the publisher wait, drop_oldest counts and drops the oldest rows."`
	History   bool        `yaml:"history" default:"false" doc:"Whether the rows are kept in the node's history."`

	MaxColumns int `yaml:"max_columns" default:"512" min:"1" max:"10000" advanced:"true" doc:"How many fields become columns where all are read; further ones are counted and left out."`
}

// MQTTSource is a subscription, at the node's own broker or at another.
type MQTTSource struct {
	Topic string `yaml:"topic" required:"true" scalar:"true" match:"filter" doc:"The topic filter; + is any one level, # the rest." example:"sensors/+/climate"`
	QoS   uint8  `yaml:"qos" default:"1" max:"2" doc:"The highest quality of service: 0 at most once, 1 at least once, 2 exactly once while the connection lasts. With 1 or 2 a message is acknowledged when the stream has it, which is on the disk where the stream is logged."`

	URL      BrokerURL `yaml:"url" doc:"The other broker: mqtt, mqtts (TLS), ws or wss (WebSocket), host and port. Not given, it is the node's own." example:"mqtts://broker.example:8883"`
	Username string    `yaml:"username" max:"65535" doc:"The user to log in as at the other broker." example:"edge"`
	Password Secret    `yaml:"password" doc:"The user's password." example:"env:UPSTREAM_PASSWORD"`
	ClientID string    `yaml:"client_id" max:"65535" doc:"The client identifier, which no other client of the other broker may have. Not given, it is made of site and stream: holdfast-plant-7-sensors." example:"plant-7-sensors"`
	TLS      ClientTLS `yaml:"tls" doc:"Certificates, for mqtts and wss."`
	Version  string    `yaml:"version" default:"5" enum:"5,3.1.1" doc:"The version of MQTT that the other broker speaks."`
	Retained bool      `yaml:"retained" default:"false" doc:"Whether what the other broker has retained is taken in, too, when the subscription is new. Such rows are not live: no rule writes to a device because of them."`

	SessionExpiry time.Duration `yaml:"session_expiry" default:"1d" min:"0" max:"365d" advanced:"true" doc:"How long the other broker keeps messages for the node while it is away; with version 3.1.1 the broker decides, and 0 keeps none."`
	KeepAlive     time.Duration `yaml:"keep_alive" default:"20s" min:"1s" max:"18h" advanced:"true" doc:"A broker that is silent for this long is asked whether it lives, and given up after the same time again."`
	Window        int           `yaml:"window" default:"1000" min:"1" max:"65535" advanced:"true" doc:"How many messages the other broker may send without acknowledgement."`
}

// IsOwn tells whether the messages are those of the node's own broker.
func (m *MQTTSource) IsOwn() bool { return m.URL.IsZero() }

// Check refuses a log-in at a broker that needs none, and certificates without use.
func (m *MQTTSource) Check(report Report) {
	if !m.IsOwn() {
		m.TLS.CheckFor(m.URL, report)
		return
	}
	for _, of := range []struct {
		key   string
		given bool
	}{
		{"username", m.Username != ""},
		{"password", !m.Password.IsZero()},
		{"client_id", m.ClientID != ""},
		{"tls", m.TLS != (ClientTLS{})},
	} {
		if of.given {
			report(of.key, &Problem{What: of.key + " is for another broker, and no url is given", Fix: "add url: mqtts://HOST, or remove " + of.key})
		}
	}
}
