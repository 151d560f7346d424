package mqtt

import (
	"net"
	"net/url"
	"time"

	"github.com/holdfast-edge/holdfast/config"
)

// Options are the keys of a sink of type mqtt.
type Options struct {
	URL      config.URL    `yaml:"url" required:"true" doc:"The broker: mqtt, mqtts (TLS), ws or wss (WebSocket), host and port." example:"mqtts://broker.example:8883"`
	Topic    Template      `yaml:"topic" required:"true" doc:"The topic to publish on. {site} is the site's name, {stream} the device group's, stream's or rule's, and any other {name} what the row's field of that name holds." example:"plants/{site}/{stream}"`
	GapTopic Template      `yaml:"gap_topic" advanced:"true" doc:"The topic to tell on that records are missing. Not given, it is the topic with /gap behind it." example:"plants/{site}/gaps"`
	Username string        `yaml:"username" max:"65535" doc:"The user to log in as." example:"edge"`
	Password config.Secret `yaml:"password" doc:"The user's password." example:"env:LINE_PASSWORD"`
	ClientID string        `yaml:"client_id" max:"65535" doc:"The client identifier, which no other client of the broker may have. Not given, it is made of site and sink: holdfast-plant-7-line." example:"plant-7-line"`
	TLS      TLS           `yaml:"tls" doc:"Certificates, for mqtts and wss."`

	QoS            uint8         `yaml:"qos" default:"1" max:"2" doc:"The quality of service: 0 at most once, 1 at least once, 2 exactly once while the connection lasts. With 0 a record counts as delivered once it is written to the socket."`
	Retain         bool          `yaml:"retain" default:"false" doc:"Whether the broker keeps the last message of a topic for those who subscribe later."`
	RowsPerMessage int           `yaml:"rows_per_message" default:"1" min:"1" max:"10000" doc:"With more than 1, a message is a JSON array of up to so many rows. Fewer bytes and fewer acknowledgements, at a coarser grain."`
	Metadata       string        `yaml:"metadata" default:"payload" enum:"payload,properties" doc:"Where source time, identity and quality stand: in the JSON object beside the fields, or in the user properties of the message, so that the payload is the fields alone."`
	TimeFormat     string        `yaml:"time_format" default:"rfc3339" enum:"rfc3339,s,ms,us,ns" doc:"How source times are written: as text, or as a number of seconds, milli-, micro- or nanoseconds since 1970."`
	Window         int           `yaml:"window" default:"256" min:"1" max:"65535" advanced:"true" doc:"How many messages may be on the way without acknowledgement. The broker's own limit lowers it."`
	KeepAlive      time.Duration `yaml:"keep_alive" default:"20s" min:"1s" max:"18h" advanced:"true" doc:"A broker that is silent for this long is asked whether it lives, and given up after the same time again."`
	AckTimeout     time.Duration `yaml:"ack_timeout" default:"1m" min:"1s" max:"1h" advanced:"true" doc:"A connection on which a message stays unacknowledged for this long is given up, and the message is sent again on the next one."`
}

// TLS is the certificates of a client.
type TLS struct {
	CA         string `yaml:"ca" doc:"The file of the certificates to trust, PEM. Not given, those of the system." example:"/etc/holdfast/ca.pem"`
	Cert       string `yaml:"cert" doc:"The file of the client's own certificate, PEM." example:"/etc/holdfast/client.pem"`
	Key        string `yaml:"key" doc:"The file of its private key, PEM." example:"/etc/holdfast/client-key.pem"`
	ServerName string `yaml:"server_name" advanced:"true" doc:"The name that the broker's certificate is for, where that is not the host of url."`
}

// Where metadata stands.
const (
	inPayload    = "payload"
	inProperties = "properties"
)

// rfc3339 is the time format that is text.
const rfc3339 = "rfc3339"

// epochUnit is what times are counted in; the other formats are numbers.
func epochUnit(format string) time.Duration {
	switch format {
	case "s":
		return time.Second
	case "ms":
		return time.Millisecond
	case "us":
		return time.Microsecond
	default:
		return time.Nanosecond
	}
}

// Check finds keys that do not go together.
func (o *Options) Check(report config.Report) {
	if _, known := defaultPort(o.URL.Scheme()); !known {
		report("url", &config.Problem{What: "the scheme is " + o.URL.Scheme(), Fix: "want mqtt://, mqtts://, ws:// or wss://"})
	} else if o.URL.Parsed().Hostname() == "" {
		report("url", &config.Problem{What: "the URL has no host", Fix: "want mqtt://host:port"})
	}
	if o.URL.Parsed().User != nil {
		report("url", &config.Problem{What: "the URL holds a user", Fix: "write username and password as keys of their own"})
	}
	if o.Metadata == inProperties && o.RowsPerMessage > 1 {
		report("metadata", &config.Problem{
			What: "properties belong to a message, which has several rows here",
			Fix:  "write metadata: payload, or rows_per_message: 1",
		})
	}
	o.TLS.check(o.secure(), report)
}

func (t TLS) check(secure bool, report config.Report) {
	if t != (TLS{}) && !secure {
		report("tls", &config.Problem{
			What: "the connection is not encrypted, so the certificates are of no use",
			Fix:  "write mqtts:// or wss:// in url, or remove tls",
		})
	}
	if (t.Cert == "") != (t.Key == "") {
		report("tls", &config.Problem{What: "a certificate and its key belong together", Fix: "give both cert and key, or neither"})
	}
}

// secure reports whether the connection is encrypted.
func (o *Options) secure() bool { return o.URL.Scheme() == "mqtts" || o.URL.Scheme() == "wss" }

// address is host:port to dial.
func (o *Options) address() string {
	u := o.URL.Parsed()
	port, _ := defaultPort(u.Scheme)
	if p := u.Port(); p != "" {
		port = p
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// webSocket is the URL of the WebSocket; its path is /mqtt where none is given.
func (o *Options) webSocket() (at string, ok bool) {
	u := o.URL.Parsed()
	if u.Scheme != "ws" && u.Scheme != "wss" {
		return "", false
	}
	path := u.Path
	if path == "" || path == "/" {
		path = "/mqtt"
	}
	return (&url.URL{Scheme: u.Scheme, Host: o.address(), Path: path, RawQuery: u.RawQuery}).String(), true
}

func defaultPort(scheme string) (port string, known bool) {
	switch scheme {
	case "mqtt":
		return "1883", true
	case "mqtts":
		return "8883", true
	case "ws":
		return "80", true
	case "wss":
		return "443", true
	default:
		return "", false
	}
}

// gapTopic is where gaps are told.
func (o *Options) gapTopic() Template {
	if !o.GapTopic.IsZero() {
		return o.GapTopic
	}
	parts := append(append([]part{}, o.Topic.parts...), part{literal: "/gap"})
	return Template{text: o.Topic.text + "/gap", parts: parts}
}
