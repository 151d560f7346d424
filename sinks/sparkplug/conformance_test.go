package sparkplug

import (
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
	"github.com/holdfast-edge/holdfast/sinks/conformance"
	"github.com/holdfast-edge/holdfast/sinks/sparkplug/payload"
	"github.com/holdfast-edge/holdfast/tag"
)

// hostFar is a broker with a host behind it, which has seen all that was published.
type hostFar struct {
	server  *mosquittotest.Server
	version string
	base    int64
	judge   *mosquittotest.Judge
}

func (f *hostFar) Address() string { return net.JoinHostPort("127.0.0.1", f.server.Port()) }

func (f *hostFar) Keys(address string) string {
	return "url: mqtt://" + address + "\ngroup: plants\nsend: all\nmqtt_version: '" + f.version + "'\nusername: " + mosquittotest.User + "\npassword: env:LINE_PASSWORD"
}

func (f *hostFar) WrongKeys(t *testing.T, address string) (keys, secret string) {
	t.Setenv("WRONG_PASSWORD", "open sesame")
	return strings.Replace(f.Keys(address), "LINE_", "WRONG_", 1), "sesame"
}

// Restart waits until the host has what the broker had for it: of QoS 0 nothing is kept.
func (f *hostFar) Restart(*testing.T) {
	f.judge.Settled()
	f.judge.Down()
	f.server.Stop()
	f.server.Up()
	f.judge.Up()
}

// Seen is what the host makes of it all: it fails where the rules of sessions are broken.
func (f *hostFar) Seen(t *testing.T) []conformance.Record {
	t.Helper()
	h := &host{t: t, base: f.base}
	for _, m := range f.judge.Settled() {
		h.take(m)
	}
	return h.rows
}

// host follows an edge node as a host application does (Sparkplug 3.0 §5 and §6.4).
type host struct {
	t       *testing.T
	base    int64
	rows    []conformance.Record
	alive   bool
	born    bool // once
	bdSeq   uint64
	deaths  []uint64
	next    int64 // the sequence number that has to come
	metrics map[int64]*known
}

// known is a metric, by its alias.
type known struct {
	device, name string
	datatype     payload.Type
	newest       uint64 // ms, of what was no history
}

func (h *host) take(m mosquittotest.Message) {
	h.t.Helper()
	p, err := payload.Parse([]byte(m.Payload))
	if err != nil {
		h.t.Fatalf("%s: %v", m.Topic, err)
	}
	levels := strings.Split(m.Topic, "/")
	kind, device := levels[2], strings.Join(levels[4:], "/")
	if m.Retained {
		h.t.Errorf("%s is retained", m.Topic)
	}
	switch kind {
	case "NBIRTH":
		h.isBorn(p)
	case "NDEATH":
		h.dies(bdSeqOf(p))
		return
	}
	if !h.alive || p.Seq != h.next {
		h.t.Errorf("%s has seq %d, want %d of a node that is alive: %v", m.Topic, p.Seq, h.next, h.alive)
	}
	h.next = (p.Seq + 1) % 256
	switch kind {
	case "DBIRTH":
		h.learn(device, p)
	case "DDATA":
		h.tell(device, p)
	}
}

// isBorn begins a session, whose number is that of the last and one.
func (h *host) isBorn(p *payload.Payload) {
	h.t.Helper()
	seq := bdSeqOf(p)
	if h.born && seq <= h.bdSeq {
		h.t.Errorf("the birth after %d has bdSeq %d", h.bdSeq, seq)
	}
	h.born, h.alive, h.bdSeq, h.next, h.metrics = true, true, seq, 0, map[int64]*known{}
}

// dies ends the session of a number, of which there is one death: one of another number is that of a connection which was
// cut before its birth, or is late.
func (h *host) dies(seq uint64) {
	h.t.Helper()
	if slices.Contains(h.deaths, seq) {
		h.t.Errorf("connection %d dies twice", seq)
	}
	h.deaths = append(h.deaths, seq)
	h.alive = h.alive && seq != h.bdSeq
}

func bdSeqOf(p *payload.Payload) uint64 {
	i := slices.IndexFunc(p.Metrics, func(m payload.Metric) bool { return m.Name == bdSeqName })
	if i < 0 {
		return ^uint64(0)
	}
	return p.Metrics[i].Value.Bits
}

// learn takes a device's birth.
func (h *host) learn(device string, p *payload.Payload) {
	for _, m := range p.Metrics {
		h.metrics[m.Alias] = &known{device, m.Name, m.Type, m.Timestamp}
	}
}

// tell makes a row of each time in a message.
func (h *host) tell(device string, p *payload.Payload) {
	h.t.Helper()
	for _, m := range p.Metrics {
		k := h.metrics[m.Alias]
		if k == nil || k.device != device {
			h.t.Errorf("%s has no metric with alias %d", device, m.Alias)
			continue
		}
		if m.Historical != (m.Timestamp < k.newest) {
			h.t.Errorf("%s/%s of %d, after one of %d: historical %v", device, k.name, m.Timestamp, k.newest, m.Historical)
		}
		k.newest = max(k.newest, m.Timestamp)
		sequence := uint64((int64(m.Timestamp)*1e6 - h.base) / 1e9)
		if n := len(h.rows); n == 0 || h.rows[n-1].Stream != device || h.rows[n-1].Sequence != sequence || k.name == "temperature" {
			h.rows = append(h.rows, conformance.Record{Stream: device, Sequence: sequence})
		}
		h.fill(&h.rows[len(h.rows)-1], k, m)
	}
}

// fill sets the value of a metric in its row.
func (h *host) fill(r *conformance.Record, k *known, m payload.Metric) {
	v, ok := asked(m, k.datatype)
	switch {
	case k.name == "note":
	case m.Null && k.name == "humidity":
		if m.Quality != payload.Bad {
			h.t.Errorf("%s: no value, and quality %d", k.name, m.Quality)
		}
	case m.Null || !ok:
		h.t.Errorf("%s has no value", k.name)
	case k.name == "humidity":
		r.Humidity = string(tag.AppendJSON(nil, v))
	default:
		r.Temperature, _ = v.Float()
	}
}

func TestTheSinkConformsWithAHostBehindMosquittoInBothVersions(t *testing.T) {
	t.Setenv("LINE_PASSWORD", mosquittotest.Password)
	for _, version := range []string{"3.1.1", "5"} {
		t.Run("MQTT "+version, func(t *testing.T) {
			conformance.Run(t, conformance.Subject{
				Sink: Sink{}, GapsUntold: true, Impatient: "keep_alive: 1s",
				Start: func(t *testing.T, base int64) conformance.Far {
					s := mosquittotest.Start(t)
					return &hostFar{s, version, base, s.Judge(namespace + "#")}
				},
			})
		})
	}
}
