package console_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/actors/reconcile"
	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/protocols/record"
	"github.com/holdfast-edge/holdfast/store/proof"
	"github.com/holdfast-edge/holdfast/store/state"
	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

var _ console.Node = (*fake)(nil)

// fake is a node that is what a test makes it. It may be used concurrently.
type fake struct {
	mu        sync.Mutex
	tree      supervisor.Tree
	trouble   []string
	devices   []console.Device
	rules     []console.Rule
	sinks     []console.Sink
	log       console.Log
	samples   map[string]tag.Sample
	past      []tag.Sample
	pastErr   error
	events    []console.Event
	changed   chan struct{}
	faults    []console.Fault
	commands  []string
	traces    []console.Trace
	tried     []console.Trial
	recording record.Limits // whose Ring is set while there is one
	written   []write.Command
	onWrite   func(context.Context, write.Command) (write.Report, error)
	onVerb    func(ctx context.Context, verb console.Verb, path string) error
	onBrowse  func(device, address string, skip, limit int) (console.Browsed, error)
}

func limit(f float64) *float64 { return &f }

// newFake is a node with one boiler, a rule and a sink.
func newFake() *fake {
	boiler := "/endpoints/tcp:10.0.0.7:502/boiler"
	leaf := func(path, name, kind, state string) supervisor.Tree {
		return supervisor.Tree{Path: path, Name: name, Kind: kind, Phase: supervisor.Running, State: state, Since: noon}
	}
	endpoint := leaf("/endpoints/tcp:10.0.0.7:502", "tcp:10.0.0.7:502", "endpoint", "running")
	endpoint.Children = []supervisor.Tree{leaf(endpoint.Path+"/session", "session", "session", "open"), leaf(boiler, "boiler", "device", "polling")}
	endpoints := leaf("/endpoints", "endpoints", "group", "running")
	endpoints.Children = []supervisor.Tree{endpoint}
	core := leaf("/core", "core", "core", "running")
	core.Children = []supervisor.Tree{leaf("/core/console", "console", "service", "running")}
	root := leaf("/", "node", "root", "running")
	root.Children = []supervisor.Tree{core, endpoints}
	f := &fake{tree: root, changed: make(chan struct{}), samples: map[string]tag.Sample{}}
	f.devices = []console.Device{{
		Name: "boiler", Driver: "modbus", Endpoint: "tcp://10.0.0.7:502", Path: boiler, State: "polling", Scans: 100, Late: 2, Writes: 1,
		Groups: []console.Group{{Name: "climate", Stream: "boiler.climate", Scan: 100 * time.Millisecond, Logged: true, Tags: []console.Tag{
			{Name: "temperature", Address: "holding:0", Type: "int16", Unit: "°C"},
			{Name: "valve", Address: "holding:4", Type: "uint16", Unit: "%", Writable: true, Min: limit(0), Max: limit(100)},
		}}},
	}}
	f.rules = []console.Rule{{Name: "forward", SQL: "SELECT temperature FROM boiler", To: []string{"line"}, Path: "/rules/forward", State: "running", RowsIn: 5, RowsOut: 4}}
	f.sinks = []console.Sink{{Name: "line", Type: "mqtt", Path: "/sinks/line", State: "delivering", Streams: []string{"forward"}, Lag: 3, LagAge: time.Second}}
	f.log = console.Log{Rows: 10, Commits: 2, Bytes: 4096, Dropped: map[string]uint64{"boiler.climate: disk full": 7}}
	f.set("temperature", tag.FloatOf(21.5), noon)
	f.set("valve", tag.IntOf(3), noon)
	return f
}

// set makes a value the newest of a tag of the boiler.
func (f *fake) set(name string, v tag.Value, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.samples["boiler."+name] = tag.Sample{Stream: "boiler.climate", Field: name, Value: v, Time: at.UnixNano()}
}

// change changes anything else.
func (f *fake) change(change func(*fake)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

// happen adds an event.
func (f *fake) happen(kind, path, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events = append(f.events, console.Event{Number: uint64(len(f.events) + 1), Time: noon, Kind: kind, Path: path, Text: text})
	close(f.changed)
	f.changed = make(chan struct{})
}

func (f *fake) done() (commands []string, written []write.Command) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.commands), slices.Clone(f.written)
}

func (f *fake) Site() string                 { return "plant-7" }
func (f *fake) Version() (string, time.Time) { return "v1.2.3", noon.Add(-time.Hour) }
func (f *fake) Clock() console.Clock {
	return console.Clock{Trusted: true, Forward: 2, Last: time.Hour}
}
func (f *fake) Trouble() []string             { return read(f, &f.trouble) }
func (f *fake) Devices(bool) []console.Device { return read(f, &f.devices) }
func (f *fake) Rules() []console.Rule         { return read(f, &f.rules) }
func (f *fake) Sinks() []console.Sink         { return read(f, &f.sinks) }
func (f *fake) Faults() []console.Fault       { return read(f, &f.faults) }

func (f *fake) Propose(p console.Proposal) (c reconcile.Checked, began reconcile.Change, err error) {
	switch text := string(p.Sources[0].Data); {
	case strings.Contains(text, "wrong"):
		return c, began, config.Errors{{File: p.Sources[0].Name, Line: 3, Column: 5, Path: "devices[0].driver", Problem: "there is no such driver", Fix: "modbus"}}
	case strings.Contains(text, "busy"):
		return c, began, fmt.Errorf("%w: generation 4 is trying", reconcile.ErrBusy)
	}
	c.Changes = []config.Change{{Kind: config.KindRule, Name: "hot", Op: config.Changed, Keys: []string{"sql"}}}
	if !p.DryRun {
		began = reconcile.Change{Generation: 5, State: reconcile.Holding, Origin: p.Origin, Gate: reconcile.Gate{Window: *p.Window}}
	}
	return c, began, nil
}

func (f *fake) Changes() (trial *reconcile.Change, ended []reconcile.Change, err error) {
	return &reconcile.Change{Generation: 5, State: reconcile.Awaiting}, nil, nil
}

func (f *fake) Confirm(generation uint64) error {
	if generation != 5 {
		return reconcile.ErrNoTrial
	}
	return nil
}

func (f *fake) Withdraw(generation uint64, _ string) error { return f.Confirm(generation) }

func (f *fake) Generations() (all []state.Generation, running, confirmed uint64, err error) {
	return []state.Generation{{Number: 4, Origin: "file"}, {Number: 5}}, 5, 4, nil
}

func (f *fake) Generation(number uint64) ([]byte, error) {
	if number != 4 {
		return nil, state.ErrNotFound
	}
	return []byte(`{"site":"plant-7"}`), nil
}

func (f *fake) Backup(_ context.Context, w io.Writer, history bool) error {
	if history {
		return errors.New("the disk is full")
	}
	_, err := io.WriteString(w, "an archive")
	return err
}

func (f *fake) Device(name string) (console.Device, bool) {
	for _, d := range f.Devices(true) {
		if d.Name == name {
			return d, true
		}
	}
	return console.Device{}, false
}

// read copies a list, so that a test may change it.
func read[T any](f *fake, list *[]T) []T {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(*list)
}

func (f *fake) Streams() []console.Stream {
	return []console.Stream{
		{Name: "boiler.climate", Logged: true, Batches: 9, Rows: 9},
		{Name: "sensors", Path: "/subscriptions/sensors", State: "receiving", Topic: "sensors/#", Messages: 4, Undecodable: 1},
	}
}

func (f *fake) Servers() []console.Served {
	return []console.Served{{Name: "scada", Type: "modbus", Path: "/servers/scada", State: "serving", Requests: 12, Strangers: 1}}
}

func (f *fake) Tables() []console.Table {
	read := noon.Add(-time.Minute)
	return []console.Table{
		{Name: "limits", Of: "file", Source: "/etc/limits.csv", Key: []string{"machine"}, Path: "/tables/limits", State: "running", Rows: 250, Read: &read, Trouble: "row 3 has no machine", Rules: []string{"forward"}},
		{Name: "orders", Of: "append", Source: "started", Path: "/tables/orders", State: "running", Rows: 2, Lost: 7, Rules: []string{}},
	}
}

func (f *fake) table(name string) (console.Table, error) {
	for _, t := range f.Tables() {
		if t.Name == name {
			return t, nil
		}
	}
	return console.Table{}, fmt.Errorf("%w: %s", console.ErrNoTable, name)
}

func (f *fake) TableRows(name string, from, limit int) (console.TablePage, error) {
	t, err := f.table(name)
	page := console.TablePage{Total: t.Rows, From: from, Rows: []console.TableRow{}}
	for n := from; n < min(from+limit, t.Rows); n++ {
		page.Rows = append(page.Rows, console.TableRow{Time: noon, Row: json.RawMessage(fmt.Sprintf(`{"machine":"m%d","upper":%d,"note":"<b>"}`, n, n))})
	}
	return page, err
}

func (f *fake) RereadTable(name string) (console.Table, error) {
	t, err := f.table(name)
	if err == nil && t.Of != "file" {
		return t, console.ErrNoFile
	}
	if err == nil {
		f.change(func(f *fake) { f.commands = append(f.commands, "reread "+name) })
	}
	return t, err
}

func (f *fake) Tree() supervisor.Tree {
	f.mu.Lock()
	defer f.mu.Unlock()
	return clone(f.tree)
}

func clone(t supervisor.Tree) supervisor.Tree {
	t.Children = slices.Clone(t.Children)
	for i := range t.Children {
		t.Children[i] = clone(t.Children[i])
	}
	return t
}

func (f *fake) Trace(target console.TraceTarget, _ time.Duration) (console.Trace, error) {
	if target.Rule != "forward" && target.Device != "boiler" {
		return console.Trace{}, errors.New("no such target")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	t := console.Trace{ID: uint64(len(f.traces) + 1), Target: target, State: "armed", Started: noon, Until: noon, Hops: []console.Hop{}}
	f.traces = append(f.traces, t)
	return t, nil
}

func (f *fake) Traces() []console.Trace { return read(f, &f.traces) }

func (f *fake) FindTrace(id uint64) (t console.Trace, changed <-chan struct{}, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.traces {
		if t.ID == id {
			return t, f.changed, true
		}
	}
	return t, nil, false
}

func (f *fake) Connections() []console.Connection {
	f.mu.Lock()
	defer f.mu.Unlock()
	return []console.Connection{{
		Name: "tcp:10.0.0.7:502", Driver: "modbus", Path: "/endpoints/tcp:10.0.0.7:502/session", State: "open", Devices: []string{"boiler"},
		Recording: f.recorded(),
	}}
}

// recorded is how the recording goes; the lock is held.
func (f *fake) recorded() console.RecordingState {
	if !f.recording.Ring {
		return console.RecordingState{}
	}
	since := noon
	return console.RecordingState{On: true, Ring: true, Since: &since, Length: time.Second, Frames: 12, Bytes: 3400}
}

func (f *fake) Record(_ string, on bool, limits record.Limits) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !on {
		f.recording = record.Limits{}
		return nil
	}
	if f.recording.Ring {
		return record.ErrRecording
	}
	f.recording = limits
	return nil
}

func (f *fake) Recording(string) (*record.Recording, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.recording.Ring {
		return nil, record.ErrNothing
	}
	return &record.Recording{Header: record.Header{Driver: "modbus", Start: noon}}, nil
}

func (f *fake) Broker() console.Broker {
	return console.Broker{State: "listening", Listening: []string{"127.0.0.1:1883"}, Clients: 3, Denied: 2, DroppedByTaps: 5}
}

func (f *fake) Audit(context.Context) (proof.Snapshot, error) {
	return proof.Snapshot{Held: []proof.Run{{Stream: "boiler.climate", First: "plant-7/4571cce9-4a26-5954-8767-1d683c6971ac/3/41", Count: 7}}}, nil
}

func (f *fake) Log() console.Log {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.log
}

func (f *fake) Command(ctx context.Context, verb console.Verb, path string) error {
	f.mu.Lock()
	f.commands = append(f.commands, string(verb)+" "+path)
	act := f.onVerb
	f.mu.Unlock()
	if act == nil {
		return nil
	}
	return act(ctx, verb, path)
}

func (f *fake) Sample(device, name string) (tag.Sample, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, ok := f.samples[device+"."+name]
	return s, ok
}

func (f *fake) Write(ctx context.Context, c write.Command) (write.Report, error) {
	f.mu.Lock()
	f.written = append(f.written, c)
	act := f.onWrite
	f.mu.Unlock()
	if act == nil {
		return verified(c), nil
	}
	return act(ctx, c)
}

// verified is the report of a write that went well.
func verified(c write.Command) write.Report {
	r := write.Report{Command: c}
	for i, stage := range []write.Stage{write.Accepted, write.Sent, write.Acknowledged, write.Verified} {
		r = r.Reach(stage, noon.Add(time.Duration(i)*1500*time.Microsecond))
	}
	return r
}

// ended is the report of a write that ended otherwise.
func ended(stage write.Stage, steps ...write.Stage) func(context.Context, write.Command) (write.Report, error) {
	return func(_ context.Context, c write.Command) (write.Report, error) {
		r := write.Report{Command: c}
		for _, s := range steps {
			r = r.Reach(s, noon)
		}
		return r.End(stage, noon, errors.New("since the test says so")), nil
	}
}

func (f *fake) History(_ context.Context, _, _ string, from, to time.Time, found func(tag.Sample) bool) error {
	f.mu.Lock()
	past, err := slices.Clone(f.past), f.pastErr
	f.mu.Unlock()
	for _, s := range past {
		if s.Time >= from.UnixNano() && s.Time < to.UnixNano() && !found(s) {
			return nil
		}
	}
	return err
}

func (f *fake) Events(after uint64, limit int) []console.Event {
	f.mu.Lock()
	defer f.mu.Unlock()
	left := f.events[min(after, uint64(len(f.events))):]
	return slices.Clone(left[:min(len(left), limit)])
}

func (f *fake) Changed() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.changed
}

func (f *fake) SetFault(name string, on bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.faults {
		if f.faults[i].Name == name {
			f.faults[i].On = on
			return nil
		}
	}
	return fmt.Errorf("no fault %q", name)
}

func (f *fake) ExplainRule(name string) (console.Plan, bool) {
	for _, r := range f.rules {
		if r.Name == name {
			return console.Plan{Plan: "read " + r.SQL, Reads: []string{"boiler"}}, true
		}
	}
	return console.Plan{}, false
}

func (f *fake) Explain(q console.Question) (console.Plan, error) {
	if !strings.HasPrefix(q.SQL, "SELECT") {
		return console.Plan{}, &streamsql.Error{Line: 1, Column: 3, Reason: "want SELECT"}
	}
	return console.Plan{Plan: "read boiler", Reads: []string{"boiler"}}, nil
}

func (f *fake) Try(_ context.Context, t console.Trial) (console.Tried, error) {
	if _, err := f.Explain(t.Question); err != nil {
		return console.Tried{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tried = append(f.tried, t)
	return console.Tried{
		Ended: "input", RowsIn: 2, Rows: []console.TriedRow{{At: noon, Time: noon, Row: json.RawMessage(`{"t":31}`)}},
		Failures: []console.FailedRow{{At: noon, Error: "no number", Row: json.RawMessage(`{"t":"x"}`)}},
	}, nil
}

func (f *fake) Functions() []console.Function { return nil }

func (f *fake) Browse(_ context.Context, device, address string, skip, limit int) (console.Browsed, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.onBrowse == nil {
		return console.Browsed{}, console.ErrNotBrowsable
	}
	return f.onBrowse(device, address, skip, limit)
}
