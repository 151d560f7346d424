package sparkplug

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/broker/mqttc"
	"github.com/holdfast-edge/holdfast/sinks/sparkplug/payload"
	"github.com/holdfast-edge/holdfast/tag"
)

// mostCommands is how many writes may wait for one that is being done; more are dropped, and logged.
const mostCommands = 64

// patience is how long a write may take.
const patience = 30 * time.Second

// order is a write that a host asks for.
type order struct {
	device, tag string
	value       tag.Value
}

// errHostOffline says that the primary host has gone: nothing is published until it is back.
var errHostOffline = errors.New("the primary host is offline")

// listen takes what hosts send until the connection ends. It is the only one that reads.
func (w *writer) listen() {
	defer close(w.commands)
	for {
		messages, err := w.client.Next(nil)
		if err == nil {
			for _, m := range messages {
				if err = w.take(m); err != nil {
					break
				}
			}
		}
		if err == nil {
			err = w.client.Ack(messages)
		}
		if err != nil {
			w.lose(err)
			return
		}
	}
}

// take acts on one message.
func (w *writer) take(m mqttc.Message) error {
	if m.Topic == w.stateTopic() && w.options.PrimaryHost != "" {
		if w.hear(m); !w.host.Online {
			return errHostOffline
		}
		return nil
	}
	if m.Retain {
		w.target.Logger.Warn("a command was passed over: it is a retained one, and who knows how old", "topic", m.Topic)
		return nil
	}
	p, err := payload.Parse(m.Payload)
	if err != nil {
		w.target.Logger.Warn("a command cannot be read", "topic", m.Topic, "error", err)
		return nil
	}
	device, isDevices := strings.CutPrefix(m.Topic, w.edge.prefix+"DCMD"+w.edge.node+"/")
	if !isDevices {
		return w.control(p)
	}
	for _, metric := range p.Metrics {
		w.order(device, metric)
	}
	return nil
}

// control obeys a command to the node: Rebirth is the one that there is (Sparkplug 3.0 §6.4.7).
func (w *writer) control(p *payload.Payload) error {
	for _, m := range p.Metrics {
		if m.Name != rebirth || m.Value.Kind != payload.Bool || m.Value.Bits == 0 {
			continue
		}
		w.target.Logger.Info("a host asks for a rebirth")
		return w.beBorn()
	}
	return nil
}

// beBorn publishes all births again.
func (w *writer) beBorn() error {
	w.publishing.Lock()
	defer w.publishing.Unlock()
	return w.publish(w.edge.births())
}

// order has a write wait for its turn.
func (w *writer) order(device string, p payload.Metric) {
	log := w.target.Logger.With("device", device, "metric", p.Name, "alias", p.Alias)
	if !w.options.Commands || w.target.Plant == nil {
		log.Warn("a command was refused: commands is false")
		return
	}
	w.publishing.Lock()
	m, ok := w.edge.find(device, p)
	w.publishing.Unlock()
	if !ok {
		log.Warn("a command is for a metric that there is not")
		return
	}
	v, ok := asked(p, m.datatype)
	if !ok || p.Null {
		log.Warn("a command has no value that can be written")
		return
	}
	select {
	case w.commands <- order{device, m.name, v}:
	default:
		log.Warn("a command was dropped: too many wait", "waiting", mostCommands)
	}
}

// obey does the writes, one after the other.
func (w *writer) obey(ctx context.Context) {
	for o := range w.commands {
		writing, cancel := context.WithTimeout(ctx, patience)
		err := w.target.Plant.Write(writing, o.device, o.tag, o.value, fmt.Sprintf("sink %s, DCMD", w.target.Name))
		cancel()
		w.target.Logger.Info("command", "device", o.device, "tag", o.tag, "error", err)
		if err != nil {
			w.answer(o)
		}
	}
}

// answer tells the host what the tag holds when its command was not done: by a value that has not changed it sees that.
func (w *writer) answer(o order) {
	s, ok := w.target.Plant.Sample(o.device, o.tag)
	w.publishing.Lock()
	defer w.publishing.Unlock()
	d := w.edge.devices[o.device]
	if !ok || d == nil || !d.alive || d.metrics[o.tag] == nil || !takes(d.metrics[o.tag].datatype, s.Value) {
		return
	}
	m := d.metrics[o.tag]
	told := m.tell(s.Value, s.Time)
	told.Quality = qualityOf(s.Value)
	if err := w.publish([]message{w.edge.message("DDATA", d.name, []payload.Metric{told})}); err != nil {
		w.lose(err)
	}
}
