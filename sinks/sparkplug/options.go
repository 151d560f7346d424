package sparkplug

import (
	"path"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/config"
)

// Options are the keys of a sink of type sparkplug.
type Options struct {
	URL         config.BrokerURL `yaml:"url" required:"true" doc:"The broker: mqtt, mqtts (TLS), ws or wss (WebSocket), host and port." example:"mqtts://broker.example:8883"`
	Group       string           `yaml:"group" required:"true" doc:"The Sparkplug group." example:"bottling"`
	EdgeNode    string           `yaml:"edge_node" doc:"The edge node's name. Not given, it is the site's." example:"plant-7"`
	Devices     []string         `yaml:"devices" single:"true" doc:"The devices to publish, as names or patterns with * and ?. Rules may send their rows here, too: each rule is a device then." example:"[boiler, press_*]"`
	PrimaryHost string           `yaml:"primary_host" doc:"The host application without which nothing is to be published: what comes while it is offline waits in the log." example:"scada"`
	Send        string           `yaml:"send" default:"changes" enum:"changes,all" doc:"Whether live rows send the values that have changed, or all."`
	Commands    bool             `yaml:"commands" default:"true" doc:"Whether DCMD writes tags; every limit of a tag holds. Rebirth is always obeyed."`

	Username string           `yaml:"username" max:"65535" doc:"The user to log in as." example:"edge"`
	Password config.Secret    `yaml:"password" doc:"The user's password." example:"env:SPARKPLUG_PASSWORD"`
	ClientID string           `yaml:"client_id" max:"65535" doc:"The client identifier, which no other client of the broker may have. Not given, it is made of site and sink." example:"plant-7-sparkplug"`
	TLS      config.ClientTLS `yaml:"tls" doc:"Certificates, for mqtts and wss."`

	Version   string        `yaml:"mqtt_version" default:"3.1.1" enum:"3.1.1,5" advanced:"true" doc:"The version of MQTT to speak."`
	Window    int           `yaml:"window" default:"64" min:"1" max:"4096" advanced:"true" doc:"How many deliveries may be on the way without acknowledgement."`
	KeepAlive time.Duration `yaml:"keep_alive" default:"20s" min:"1s" max:"18h" advanced:"true" doc:"A broker that is silent for twice this long is given up."`
}

// Check finds names that are no part of a topic.
func (o *Options) Check(report config.Report) {
	for key, name := range map[string]string{"group": o.Group, "edge_node": o.EdgeNode, "primary_host": o.PrimaryHost} {
		if strings.ContainsAny(name, "/+#") {
			report(key, &config.Problem{What: name + " cannot be a part of a topic", Fix: "leave out /, + and #"})
		}
	}
	for _, pattern := range o.Devices {
		if _, err := path.Match(pattern, ""); err != nil {
			report("devices", &config.Problem{What: pattern + " is no pattern", Fix: "want a name, with * and ? for what is open"})
		}
	}
	o.TLS.CheckFor(o.URL, report)
}

// TakesDevice is described at sinks.DeviceTaker.
func (o *Options) TakesDevice(name string) bool {
	for _, pattern := range o.Devices {
		if ok, _ := path.Match(pattern, name); ok { // Check has seen it
			return true
		}
	}
	return false
}
