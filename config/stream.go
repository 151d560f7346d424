package config

// Stream is messages taken in as rows, by topic.
type Stream struct {
	Origin   Origin
	Name     string      `yaml:"name" required:"true" match:"name" doc:"The stream's name; rules read it with FROM." example:"sensors"`
	MQTT     *MQTTSource `yaml:"mqtt" required:"true" doc:"Messages of the node's own broker." example:"{topic: sensors/+/climate}"`
	Overflow Overflow    `yaml:"overflow" default:"block" enum:"block,drop_oldest" doc:"What happens when readers fall behind: block makes the publisher wait, drop_oldest counts and drops the oldest rows."`
	History  bool        `yaml:"history" default:"false" doc:"Whether the rows are kept in the node's history."`
}

// MQTTSource is a subscription at the node's own broker.
type MQTTSource struct {
	Topic string `yaml:"topic" required:"true" scalar:"true" match:"filter" doc:"The topic filter; + is any one level, # the rest." example:"sensors/+/climate"`
	QoS   uint8  `yaml:"qos" default:"0" max:"2" doc:"The highest quality of service: 0 at most once, 1 at least once, 2 exactly once."`
}
