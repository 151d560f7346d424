package node

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/actors/endpoint"
	"github.com/holdfast-edge/holdfast/actors/sink"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/proof"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

var _ console.Node = (*Node)(nil)

// Site returns the name of the site.
func (n *Node) Site() string { return n.site().Name }

// Version returns what is running, and since when.
func (n *Node) Version() (version string, started time.Time) { return n.means.Version, n.started }

// Tree returns the supervision tree.
func (n *Node) Tree() supervisor.Tree { return n.system.Tree() }

// Command restarts, stops or starts an actor.
func (n *Node) Command(ctx context.Context, verb console.Verb, path string) error {
	switch verb {
	case console.Restart:
		return n.system.Restart(ctx, path)
	case console.Stop:
		return n.system.Stop(ctx, path)
	case console.Start:
		return n.system.Start(ctx, path)
	}
	return fmt.Errorf("%q is no command: want restart, stop or start", verb)
}

// Trouble lists what is wrong with the node itself.
func (n *Node) Trouble() (trouble []string) {
	if err := n.log.Stats().Trouble; err != nil {
		trouble = append(trouble, "the log cannot be written: "+err.Error())
	}
	if clock := n.clock.trouble(); clock != "" {
		trouble = append(trouble, clock)
	}
	if safe := n.life.trouble(n.scene().resting); safe != "" {
		trouble = append(trouble, safe)
	}
	for _, path := range []string{"/core", "/broker", "/servers"} {
		part, _ := n.system.Subtree(path)
		for i := range part.Children {
			if c := &part.Children[i]; c.Phase != supervisor.Running {
				trouble = append(trouble, standstill(c))
			}
		}
	}
	return append(trouble, n.brokerTrouble()...)
}

// brokerTrouble is where the node's own broker does not listen, while it does elsewhere.
func (n *Node) brokerTrouble() (trouble []string) {
	if b := n.door.Broker(); b != nil {
		for _, why := range b.Closed() {
			trouble = append(trouble, "the broker does not listen everywhere: "+why.Error())
		}
	}
	return trouble
}

// standstill says that a part does not run, and why. The words stay the same from one attempt to the next, since trouble that
// is new withdraws a change of the configuration.
func standstill(t *supervisor.Tree) string {
	if t.LastFailure == nil || t.Phase == supervisor.Down {
		return t.Name + " is " + t.State
	}
	return t.Name + " does not run: " + t.LastFailure.Cause
}

// state returns what an actor says of itself.
func (n *Node) state(path string) (state, detail string) {
	t, ok := n.system.Subtree(path)
	if !ok {
		return "stopped", ""
	}
	return t.State, t.Detail
}

// Device is one of Devices.
func (n *Node) Device(name string) (console.Device, bool) {
	d := n.site().Device(name)
	if d == nil {
		return console.Device{}, false
	}
	return n.device(d, true), true
}

// Devices lists the devices by name, with their groups and tags or without.
func (n *Node) Devices(tags bool) []console.Device {
	list := make([]console.Device, 0, len(n.site().Devices))
	for i := range n.site().Devices {
		list = append(list, n.device(&n.site().Devices[i], tags))
	}
	slices.SortFunc(list, func(a, b console.Device) int { return strings.Compare(a.Name, b.Name) })
	return list
}

func (n *Node) device(d *config.Device, tags bool) console.Device {
	m, path := n.devices.of(d.Name), n.plan().paths[d.Name]
	state, detail := n.state(path)
	v := console.Device{
		Name: d.Name, Driver: d.Driver, Endpoint: d.Endpoint.WithoutQuery(), Path: path, State: state, Detail: detail,
		Scans: m.Scans.Load(), Late: m.Late.Load(), Overruns: m.Overruns.Load(), Faults: m.Faults.Load(),
		Demotions: m.Demotions.Load(), Rows: m.Rows.Load(), Suppressed: m.Suppressed.Load(), Writes: m.Writes.Load(), Unwritten: m.Unwritten.Load(),
	}
	if !tags {
		return v
	}
	for i := range d.Groups {
		v.Groups = append(v.Groups, n.group(d, &d.Groups[i]))
	}
	return v
}

func (n *Node) group(d *config.Device, g *config.Group) console.Group {
	stream := endpoint.StreamName(d.Name, g.Name)
	v := console.Group{Name: g.Name, Stream: stream, Scan: g.Scan, Report: g.Report, Heartbeat: g.Heartbeat, Logged: n.plan().logged[stream]}
	for _, t := range g.Tags {
		v.Tags = append(v.Tags, console.Tag{
			Name: t.Name, Address: t.Address, Type: t.Type, Unit: t.Unit, Description: t.Description,
			Writable: t.Access.Writable(), Min: t.Min, Max: t.Max,
		})
	}
	for _, t := range g.Static {
		v.Tags = append(v.Tags, console.Tag{Name: t.Name, Type: t.Type, Unit: t.Unit, Description: t.Description, Static: t.Value})
	}
	for _, t := range g.Computed {
		v.Tags = append(v.Tags, console.Tag{Name: t.Name, Type: t.Type, Unit: t.Unit, Description: t.Description, SQL: t.SQL})
	}
	return v
}

// Rules lists the rules by name.
func (n *Node) Rules() []console.Rule {
	list := make([]console.Rule, 0, len(n.site().Rules))
	for i := range n.site().Rules {
		list = append(list, n.rule(&n.site().Rules[i]))
	}
	slices.SortFunc(list, func(a, b console.Rule) int { return strings.Compare(a.Name, b.Name) })
	return list
}

func (n *Node) rule(r *config.Rule) console.Rule {
	m, path := n.rules.of(r.Name), "/rules/"+r.Name
	state, _ := n.state(path)
	v := console.Rule{
		Name: r.Name, SQL: r.SQL, Path: path, State: state,
		RowsIn: m.RowsIn.Load(), RowsOut: m.RowsOut.Load(), Failed: m.Failed.Load(), Late: m.Late.Load(),
		Dropped: m.Dropped.Load(), Refused: m.Refused.Load(), Writes: m.Writes.Load(), Expired: m.Expired.Load(),
		Forgotten: m.Forgotten.Load(),
	}
	for _, t := range r.To {
		v.To = append(v.To, target(t))
	}
	if f := m.LastFailure(); f != nil {
		v.Failure = f.Err.Error()
		sample := failedRow(f)
		v.Sample = &sample
	}
	return v
}

func target(t config.Target) string {
	switch {
	case t.Write != "":
		return "write " + t.Write
	case t.Publish != "":
		return "publish " + t.Publish
	default:
		return t.Sink
	}
}

// Sinks lists the sinks by name.
func (n *Node) Sinks() []console.Sink {
	cursors := map[string]log.CursorStats{}
	for _, c := range n.log.Stats().Cursors {
		cursors[c.Name] = c
	}
	var list []console.Sink
	for _, c := range n.plan().sinks {
		list = append(list, n.sink(c, cursors[sink.CursorName(c.Config.Name)]))
	}
	slices.SortFunc(list, func(a, b console.Sink) int { return strings.Compare(a.Name, b.Name) })
	return list
}

func (n *Node) sink(c sink.Config, cursor log.CursorStats) console.Sink {
	m, path := n.sinks.of(c.Config.Name), "/sinks/"+c.Config.Name
	state, detail := n.state(path)
	v := console.Sink{
		Name: c.Config.Name, Type: c.Config.Type, Path: path, State: state, Detail: detail, Streams: c.Streams,
		Sent: m.Sent.Load(), Acked: m.Acked.Load(), Rejected: m.Rejected.Load(), Skipped: cursor.Skipped,
		Withheld: m.Withheld.Load(), DeadLetters: m.DeadLetters.Load(), Fallbacks: m.Fallbacks.Load(),
		Lag: cursor.Lag, LagBytes: cursor.LagBytes, LagAge: cursor.Age, Backfill: cursor.Backfill,
	}
	if err := m.LastRejection(); err != nil {
		v.Rejection = err.Error()
	}
	return v
}

// Audit reads the whole log.
func (n *Node) Audit(ctx context.Context) (proof.Snapshot, error) {
	a, err := n.log.Audit(ctx)
	if err != nil {
		return proof.Snapshot{}, err
	}
	return proof.NewSnapshot(a), nil
}

// Log returns how the log is doing.
func (n *Node) Log() console.Log {
	s, kept := n.log.Stats(), n.history.Stats()
	v := console.Log{
		Rows: s.Rows, Commits: s.Commits, Failures: s.Failures, Written: s.Written, Queue: s.Queue,
		Bytes: s.Bytes, Segments: s.Segments, Quarantined: s.Quarantined, Dropped: map[string]uint64{},
		PerDay: n.disk.perDay(), Budget: int64(n.site().Log.WriteBudget), History: historyFiles(kept),
	}
	if s.Rows > 0 {
		v.PerRecord = float64(s.Written+kept.Written) / float64(s.Rows)
	}
	for d, rows := range s.Dropped {
		v.Dropped[d.Stream+": "+d.Cause.String()] = rows
	}
	return v
}

// Sample returns the newest value of a tag.
func (n *Node) Sample(device, name string) (tag.Sample, bool) {
	stream, ok := n.streamOf(device, name)
	if !ok {
		return tag.Sample{}, false
	}
	waiting := tag.Sample{Stream: stream, Field: name, Value: tag.NullOf(tag.BadWaiting), Time: n.started.UnixNano()}
	b := n.bus.Stream(stream).Last()
	if b == nil {
		return waiting, true
	}
	slot, ok := b.Schema().Slot(name)
	if !ok || b.Row(b.Len() - 1)[slot].Kind() == tag.Absent {
		return waiting, true
	}
	return b.Sample(b.Len()-1, slot), true
}

// streamOf returns the stream of a tag's group.
func (n *Node) streamOf(device, name string) (stream string, ok bool) {
	d := n.site().Device(device)
	if d == nil {
		return "", false
	}
	if g := d.GroupOf(name); g != nil {
		return endpoint.StreamName(device, g.Name), true
	}
	return "", false
}

// errEnough ends a scan whose reader has what it wants.
var errEnough = errors.New("enough")

// History hands out the samples of a tag in the order of time.
func (n *Node) History(ctx context.Context, device, name string, from, to time.Time, found func(tag.Sample) bool) error {
	stream, ok := n.streamOf(device, name)
	if !ok {
		return fmt.Errorf("no tag is called %s.%s", device, name)
	}
	q := history.Query{Stream: stream, Fields: []string{name}, From: from.UnixNano(), To: to.UnixNano()}
	_, err := n.history.Scan(ctx, q, func(c history.Chunk) error { return samples(stream, name, c, found) })
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// samples hands out the samples of the one column of a chunk.
func samples(stream, name string, c history.Chunk, found func(tag.Sample) bool) error {
	if len(c.Values) == 0 {
		return nil
	}
	for i, v := range c.Values[0] {
		if v.Kind() == tag.Absent {
			continue
		}
		s := tag.Sample{Stream: stream, Field: name, Value: v, Time: c.Times[i]}
		if stamps := c.Stamps[0]; stamps != nil {
			s.Time = stamps[i]
		}
		if !found(s) {
			return errEnough
		}
	}
	return nil
}

// Events returns what the journal keeps of the events after a number.
func (n *Node) Events(after uint64, limit int) []console.Event { return n.journal.Events(after, limit) }

// Changed returns a channel that is closed at the next event.
func (n *Node) Changed() <-chan struct{} { return n.journal.Changed() }

// Faults lists the switches of a simulated plant.
func (n *Node) Faults() []console.Fault {
	if n.means.Faults == nil {
		return nil
	}
	return n.means.Faults.Faults()
}

// SetFault turns one of them.
func (n *Node) SetFault(name string, on bool) error {
	if n.means.Faults == nil {
		return errors.New("this node runs a real plant: it has no faults to switch on")
	}
	return n.means.Faults.SetFault(name, on)
}

func keys(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
