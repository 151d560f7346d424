package sparkplug

import (
	"github.com/holdfast-edge/holdfast/sinks/sparkplug/payload"
	"github.com/holdfast-edge/holdfast/tag"
)

// message is what is to be published.
type message struct {
	topic   string
	payload []byte
}

// edge is what hosts know of this edge node over one connection: pure, so that it is tested without one. It belongs to
// whoever holds the writer's lock.
type edge struct {
	prefix  string // spBv1.0/GROUP/
	node    string // /NODE
	bdSeq   uint64
	seq     uint8
	now     func() uint64 // ms
	changes bool          // live rows tell what has changed

	devices map[string]*device
	order   []*device // as they were first seen
	aliases []*metric // by alias
	owners  []*device // of the aliases
}

// device is a device of the edge node.
type device struct {
	name    string
	metrics map[string]*metric
	order   []*metric
	alive   bool
	lost    map[string]bool // streams of it whose last row was all Bad
	streams map[string]bool
}

// The names that the standard gives.
const (
	namespace = "spBv1.0/"
	bdSeqName = "bdSeq"
	rebirth   = "Node Control/Rebirth"
)

func newEdge(group, node string, bdSeq uint64, changes bool, now func() uint64) *edge {
	return &edge{
		prefix: namespace + group + "/", node: "/" + node, bdSeq: bdSeq, changes: changes, now: now, devices: map[string]*device{},
	}
}

// death is the will: what the broker publishes when the connection is lost (Sparkplug 3.0 §6.4.23).
func (e *edge) death() message {
	return message{e.prefix + "NDEATH" + e.node, payload.Append(nil, &payload.Payload{
		Timestamp: e.now(), Seq: -1, Metrics: []payload.Metric{e.bdSeqMetric()},
	})}
}

func (e *edge) bdSeqMetric() payload.Metric {
	return payload.Metric{
		Name: bdSeqName, Alias: -1, Timestamp: e.now(), Type: payload.Int64, Quality: payload.NoQuality,
		Value: payload.Value{Kind: payload.Long, Bits: e.bdSeq},
	}
}

// births tells the node and every device anew (§6.4.19, §6.4.20). Sequence numbers begin at 0 with the node's.
func (e *edge) births() []message {
	e.seq = 0
	all := []message{e.message("NBIRTH", "", []payload.Metric{e.bdSeqMetric(), {
		Name: rebirth, Alias: -1, Timestamp: e.now(), Type: payload.Boolean, Quality: payload.NoQuality,
		Value: payload.Value{Kind: payload.Bool},
	}})}
	for _, d := range e.order {
		if d.alive {
			all = append(all, e.birth(d))
		}
	}
	return all
}

// birth tells a device with all its metrics and their last values.
func (e *edge) birth(d *device) message {
	d.alive = true
	metrics := make([]payload.Metric, 0, len(d.order))
	for _, m := range d.order {
		told := m.tell(m.last, int64(m.at)*1e6)
		told.Name, told.Quality = m.name, qualityOf(m.last)
		if m.at == 0 {
			told.Timestamp = e.now()
		}
		metrics = append(metrics, told)
	}
	return e.message("DBIRTH", d.name, metrics)
}

// message gives metrics a topic and the next sequence number.
func (e *edge) message(kind, device string, metrics []payload.Metric) message {
	topic := e.prefix + kind + e.node
	if device != "" {
		topic += "/" + device
	}
	p := &payload.Payload{Timestamp: e.now(), Seq: int64(e.seq), Metrics: metrics}
	e.seq++
	return message{topic, payload.Append(nil, p)}
}

// device returns a device, a new one where it is not known.
func (e *edge) device(name string) *device {
	d, ok := e.devices[name]
	if !ok {
		d = &device{name: name, metrics: map[string]*metric{}, lost: map[string]bool{}, streams: map[string]bool{}}
		e.devices[name] = d
		e.order = append(e.order, d)
	}
	return d
}

// learn makes a metric known, or gives it another datatype. It reports whether hosts have to be told by a birth.
func (e *edge) learn(d *device, name string, v tag.Value) (m *metric, news bool) {
	m, ok := d.metrics[name]
	if !ok {
		m = &metric{name: name, alias: int64(len(e.aliases)), datatype: payload.Real}
		d.metrics[name] = m
		d.order = append(d.order, m)
		e.aliases, e.owners = append(e.aliases, m), append(e.owners, d)
		if t := typeOf(v.Kind()); t != 0 {
			m.datatype = t
		}
		return m, true
	}
	if takes(m.datatype, v) {
		return m, false
	}
	m.datatype = typeOf(v.Kind())
	return m, true
}

// know makes a value known without telling it: what births begin with.
func (e *edge) know(deviceName, stream, name string, v tag.Value, at int64) {
	d := e.device(deviceName)
	d.streams[stream] = true
	d.alive = true
	m, _ := e.learn(d, name, v)
	m.last, m.at = v, millis(at)
}

// find returns the metric of a command.
func (e *edge) find(deviceName string, p payload.Metric) (m *metric, ok bool) {
	if p.Name != "" {
		if d := e.devices[deviceName]; d != nil {
			m, ok = d.metrics[p.Name]
		}
		return m, ok
	}
	if p.Alias < 0 || p.Alias >= int64(len(e.aliases)) || e.owners[p.Alias].name != deviceName {
		return nil, false
	}
	return e.aliases[p.Alias], true
}
