package sparkplug

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/broker/mqttc"
	"github.com/holdfast-edge/holdfast/broker/mqttdial"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
)

// Sink is the sink type.
type Sink struct{}

var _ sinks.Sink = Sink{}

// Spec is described at sinks.Sink.
func (Sink) Spec() config.SinkType {
	return config.SinkType{
		Name: "sparkplug",
		Doc: "Sparkplug B 3.0 over MQTT: the node is an edge node, its devices are Sparkplug devices, their tags metrics. " +
			"docs/sinks/sparkplug.md tells what hosts see.",
		Options: Options{},
	}
}

// Open connects, waits for the primary host where there is one, and publishes the births.
func (Sink) Open(ctx context.Context, to sinks.Target) (sinks.Writer, error) {
	o, ok := to.Options.(*Options)
	if !ok {
		return nil, &sinks.Failure{Permanent: true, Err: fmt.Errorf("open sparkplug sink: options of type %T", to.Options)}
	}
	w, err := open(ctx, o, to)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", o.URL, err)
	}
	if err := w.begin(ctx); err != nil {
		w.client.Abort()
		return nil, fmt.Errorf("open %s: %w", o.URL, err)
	}
	return w, nil
}

// open connects with the will that is the node's death.
func open(ctx context.Context, o *Options, to sinks.Target) (*writer, error) {
	password, err := o.Password.Reveal()
	if err != nil {
		return nil, &sinks.Failure{Permanent: true, Err: err}
	}
	bdSeq, err := nextBdSeq(to.Dir)
	if err != nil {
		return nil, err
	}
	node := o.EdgeNode
	if node == "" {
		node = to.Site
	}
	e := newEdge(o.Group, node, bdSeq, o.Send == "changes", func() uint64 { return uint64(time.Now().UnixMilli()) })
	conn, err := mqttdial.Dial(ctx, o.URL, o.TLS)
	if errors.Is(err, mqttdial.ErrCertificates) {
		return nil, &sinks.Failure{Permanent: true, Err: err}
	}
	if err != nil {
		return nil, err
	}
	will := e.death()
	client, err := mqttc.Open(ctx, conn, mqttc.Options{
		Version: versionOf(o), ClientID: clientID(o, to), Username: o.Username, Password: password, Clean: true,
		KeepAlive: o.KeepAlive, Window: 64, MaxPacket: maxCommand,
		Will: &mqttc.Message{Topic: will.topic, Payload: will.payload, QoS: 1},
	})
	if err != nil {
		return nil, refused(err)
	}
	return newWriter(client, e, o, to), nil
}

// maxCommand is the largest message that a host may send.
const maxCommand = 1 << 20

func versionOf(o *Options) byte {
	if o.Version == "5" {
		return mqttc.Version5
	}
	return mqttc.Version311
}

func clientID(o *Options, to sinks.Target) string {
	if o.ClientID != "" {
		return o.ClientID
	}
	return "holdfast-" + to.Site + "-" + to.Name
}

// refused marks a refusal that another attempt does not cure.
func refused(err error) error {
	if r, ok := errors.AsType[*mqttc.Refusal](err); ok && r.Permanent() {
		return &sinks.Failure{Permanent: true, Err: err}
	}
	return err
}

// hostState is what a host application says of itself (Sparkplug 3.0 §6.4.25).
type hostState struct {
	Online    bool  `json:"online"`
	Timestamp int64 `json:"timestamp"`
}

// parseState reads it, in the form of version 3 or in the words of version 2.
func parseState(body []byte) (s hostState, ok bool) {
	switch string(body) {
	case "ONLINE":
		return hostState{Online: true}, true
	case "OFFLINE":
		return hostState{}, true
	}
	var read struct {
		Online    *bool `json:"online"`
		Timestamp int64 `json:"timestamp"`
	}
	if err := json.Unmarshal(body, &read); err != nil || read.Online == nil {
		return s, false
	}
	return hostState{Online: *read.Online, Timestamp: read.Timestamp}, true
}
