package console

import (
	"context"
	"io"
	"time"

	"github.com/holdfast-edge/holdfast/actors/reconcile"
	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/record"
	"github.com/holdfast-edge/holdfast/store/proof"
	"github.com/holdfast-edge/holdfast/store/state"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// Node is what the console needs of the node that it shows. All of it may be
// called concurrently, and nothing of it waits for a device but Write
// and Browse.
type Node interface {
	// Site returns the name of the site.
	Site() string

	// Version returns what is running, and since when.
	Version() (version string, started time.Time)

	// Trouble lists what is wrong with the node itself, in words; empty when it
	// can do all it is for. A device that is away is no trouble of the node.
	Trouble() []string

	// Clock tells whether the node's clock is believed, and how often it was set.
	Clock() Clock

	// Tree returns the supervision tree.
	Tree() supervisor.Tree

	// Command restarts, stops or starts the actor at a path, and returns when
	// that is done or has failed.
	Command(ctx context.Context, verb Verb, path string) error

	// Device is one of Devices; ok is false where there is none of that name.
	Device(name string) (d Device, ok bool)

	// Devices, Streams, Rules, Sinks and Servers list what is configured, by name, with
	// what it has done so far; devices with their groups and tags, or without.
	Devices(tags bool) []Device
	Streams() []Stream
	Rules() []Rule
	Sinks() []Sink
	Servers() []Served

	// Tables lists the tables that rules join with, by name.
	Tables() []Table

	// TableRows returns rows of a table from a place on. The error wraps ErrNoTable.
	TableRows(name string, from, limit int) (TablePage, error)

	// RereadTable reads the file of a table now. The error wraps ErrNoTable,
	// ErrNoFile or ErrNotRead.
	RereadTable(name string) (Table, error)

	// ExplainRule returns how a rule is carried out; ok is false where there is
	// none of that name.
	ExplainRule(name string) (p Plan, ok bool)

	// Functions lists the user functions that queries can call.
	Functions() []Function

	// Explain returns how a query would be carried out. An error in its text is a
	// *streamsql.Error.
	Explain(q Question) (Plan, error)

	// Try runs a query and shows what it gives, without anything coming of it. It
	// takes as long as the trial says.
	Try(ctx context.Context, t Trial) (Tried, error)

	// Log returns how the log on the disk is doing.
	Log() Log

	// Audit reads the whole log and says what it holds and what each sink has
	// not acknowledged. It ends with the error of ctx.
	Audit(ctx context.Context) (proof.Snapshot, error)

	// Broker returns how the node's own MQTT broker is doing.
	Broker() Broker

	// Sample returns the newest value of a tag of a device; ok is false where
	// there is no such tag.
	Sample(device, name string) (s tag.Sample, ok bool)

	// Write has a device take a value, and returns how that went. The error is
	// for a device that there is not, or one that did not report before ctx
	// was done.
	Write(ctx context.Context, c write.Command) (write.Report, error)

	// Browse asks a device what it has below an address of the driver's, "" being
	// the root, and keeps so many items. The error wraps ErrNotBrowsable,
	// ErrNotNow or ErrTooLong where it is not the device's own.
	Browse(ctx context.Context, device, address string, skip, limit int) (Browsed, error)

	// History calls found with the samples of a tag from one time up to but
	// not including another, in order, until it returns false.
	History(ctx context.Context, device, name string, from, to time.Time, found func(tag.Sample) bool) error

	// Connections lists the connections to the plant, by name.
	Connections() []Connection

	// Record begins to record a connection, or ends it; limits count for the
	// beginning. The error says why not.
	Record(connection string, on bool, limits record.Limits) error

	// Recording returns what was recorded of a connection so far.
	Recording(connection string) (*record.Recording, error)

	// Trace begins to follow the next record of a target. An error is that of a
	// target that there is not.
	Trace(target TraceTarget, wait time.Duration) (Trace, error)

	// Traces lists the traces that are kept, the newest first.
	Traces() []Trace

	// FindTrace returns a trace, and a channel that is closed when one goes on.
	FindTrace(id uint64) (t Trace, changed <-chan struct{}, ok bool)

	// Events returns the events after the one numbered after, oldest first,
	// as far as they are kept, and at most limit of them.
	Events(after uint64, limit int) []Event

	// Changed returns a channel that is closed when there is an event that
	// Events has not returned yet.
	Changed() <-chan struct{}

	// Propose has the node change to another configuration. What is returned is
	// the change as it begins; its generation is 0 where nothing changes, or for a
	// dry run. The error is for the author.
	Propose(p Proposal) (reconcile.Checked, reconcile.Change, error)

	// Changes returns the change on trial, nil where there is none, and those that
	// ended, the oldest first.
	Changes() (trial *reconcile.Change, ended []reconcile.Change, err error)

	// Confirm and Withdraw are said of the change on trial; the error wraps
	// reconcile.ErrNoTrial where it is another.
	Confirm(generation uint64) error
	Withdraw(generation uint64, reason string) error

	// Generations lists the configurations that are kept, the oldest first, with
	// the one that runs and the one that was confirmed last, 0 where there is none.
	Generations() (all []state.Generation, running, confirmed uint64, err error)

	// Generation returns one of them as it was given, as JSON; the error wraps
	// state.ErrNotFound where it is not kept.
	Generation(number uint64) (document []byte, err error)

	// Backup writes an archive of what another box needs to take this one's place,
	// with or without the history.
	Backup(ctx context.Context, w io.Writer, history bool) error

	// Faults lists the switches with which a demonstration breaks its plant;
	// none on a node that runs a real one.
	Faults() []Fault

	// SetFault turns a switch.
	SetFault(name string, on bool) error
}

// Proposal is a configuration that somebody wants to run. What is not set is as
// the running configuration says.
type Proposal struct {
	Sources []config.Source
	Origin  string
	Window  *time.Duration // how long it is tried
	Hold    *time.Duration // how long the interlock may hold it
	Confirm time.Duration  // within this it must be confirmed from outside; 0: it confirms itself
	DryRun  bool
}

// Verb is a command to an actor.
type Verb string

// The verbs.
const (
	Restart Verb = "restart"
	Stop    Verb = "stop"
	Start   Verb = "start"
)

// Device is a device and what it has done.
type Device struct {
	Name       string  `json:"name"`
	Driver     string  `json:"driver"`
	Endpoint   string  `json:"endpoint"`
	Path       string  `json:"path" doc:"Its place in the tree."`
	State      string  `json:"state"`
	Detail     string  `json:"detail,omitempty"`
	Groups     []Group `json:"groups"`
	Scans      uint64  `json:"scans"`
	Late       uint64  `json:"late" doc:"Scans that were not finished before the next was due."`
	Overruns   uint64  `json:"overruns" doc:"Scans left out, since the one before was still on its way."`
	Faults     uint64  `json:"faults" doc:"Requests without a usable answer."`
	Demotions  uint64  `json:"demotions" doc:"Times it was taken for dead."`
	Suppressed uint64  `json:"suppressed" doc:"Values read that were no news, and not reported."`
	Rows       uint64  `json:"rows"`
	Writes     uint64  `json:"writes"`
	Unwritten  uint64  `json:"unwritten" doc:"Writes that were refused, failed or are unknown."`
}

// Group is tags of a device that are read together.
type Group struct {
	Name      string        `json:"name"`
	Stream    string        `json:"stream"`
	Scan      time.Duration `json:"scan_ns"`
	Report    time.Duration `json:"report_ns,omitempty" doc:"Least time between two rows."`
	Heartbeat time.Duration `json:"heartbeat_ns,omitempty" doc:"After so long a value is reported though it has not changed."`
	Logged    bool          `json:"logged"`
	Tags      []Tag         `json:"tags"`
}

// Tag is one value of a device.
type Tag struct {
	Name        string   `json:"name"`
	Address     string   `json:"address,omitempty"`
	Type        string   `json:"type,omitempty"`
	Unit        string   `json:"unit,omitempty"`
	Description string   `json:"description,omitempty"`
	Static      string   `json:"static,omitempty" doc:"The constant that the tag is."`
	SQL         string   `json:"sql,omitempty" doc:"The expression that the tag is computed by."`
	Writable    bool     `json:"writable"`
	Min         *float64 `json:"min,omitempty"`
	Max         *float64 `json:"max,omitempty"`
}

// Connection is that to a socket or serial port, with the devices behind it.
type Connection struct {
	Name      string         `json:"name"`
	Driver    string         `json:"driver"`
	Path      string         `json:"path" doc:"Its place in the tree."`
	State     string         `json:"state"`
	Detail    string         `json:"detail,omitempty"`
	Devices   []string       `json:"devices"`
	Recording RecordingState `json:"recording"`
}

// RecordingState is what is being recorded of a connection, or was.
type RecordingState struct {
	On     bool          `json:"on"`
	Full   bool          `json:"full" doc:"It ended by itself."`
	Since  *time.Time    `json:"since,omitempty" doc:"Not there where nothing was recorded."`
	Length time.Duration `json:"length_ns"`
	Ring   bool          `json:"ring" doc:"The newest is kept; else the oldest."`
	Frames int           `json:"frames"`
	Bytes  int           `json:"bytes"`
	Lost   uint64        `json:"lost" doc:"Frames that found no room."`
}

// Stream is a stream of the bus. What is beside the bus's own counts is of those
// that take messages.
type Stream struct {
	Name    string `json:"name"`
	Path    string `json:"path,omitempty" doc:"The place in the tree of what takes its messages."`
	State   string `json:"state,omitempty"`
	Detail  string `json:"detail,omitempty"`
	Topic   string `json:"topic,omitempty"`
	Logged  bool   `json:"logged"`
	Batches uint64 `json:"batches"`
	Rows    uint64 `json:"rows"`
	Dropped uint64 `json:"dropped" doc:"Batches that full rings have dropped."`
	Refused uint64 `json:"refused" doc:"Batches refused since they went round in a cycle."`

	Messages    uint64 `json:"messages,omitempty" doc:"Taken, again ones too."`
	Undecodable uint64 `json:"undecodable,omitempty" doc:"Messages that made no row."`
	Untaken     uint64 `json:"untaken,omitempty" doc:"Messages that the stream could not have; those of QoS 0 are lost."`
	Unlisted    uint64 `json:"unlisted,omitempty" doc:"Fields left out, since there are as many columns as there may be."`
	Refusal     string `json:"refusal,omitempty" doc:"Why a message last made no row."`
}

// Broker is the node's own MQTT broker.
type Broker struct {
	State          string   `json:"state"`
	Listening      []string `json:"listening"`
	Clients        int      `json:"clients" doc:"Connected now."`
	Sessions       int      `json:"sessions" doc:"Connected or away."`
	Subscriptions  int      `json:"subscriptions"`
	Retained       int      `json:"retained"`
	Waiting        int      `json:"waiting" doc:"Messages that wait for sessions, or are on the way to them."`
	Connections    uint64   `json:"connections" doc:"Log-ins let in."`
	Refused        uint64   `json:"refused" doc:"Log-ins refused."`
	Received       uint64   `json:"received" doc:"Messages from clients and from the node."`
	Sent           uint64   `json:"sent" doc:"Messages to clients."`
	BytesIn        uint64   `json:"bytes_in"`
	BytesOut       uint64   `json:"bytes_out"`
	Denied         uint64   `json:"denied" doc:"Messages without a right to their topic."`
	Dropped        uint64   `json:"dropped" doc:"Messages that went over the limit of a session."`
	DroppedByTaps  uint64   `json:"dropped_by_streams" doc:"Messages of QoS 0 that went over what waits for a stream."`
	Expired        uint64   `json:"expired" doc:"Messages whose life, as their publisher set it, was over before a session could be sent them."`
	TooLarge       uint64   `json:"too_large" doc:"Messages that a client does not take for their size."`
	Unretained     uint64   `json:"unretained" doc:"Messages that found no room to be retained."`
	CommitFailures uint64   `json:"commit_failures" doc:"Messages not acknowledged, since the disk did not take them."`
}

// Rule is a rule and what it has done.
type Rule struct {
	Name      string   `json:"name"`
	SQL       string   `json:"sql"`
	To        []string `json:"to"`
	Path      string   `json:"path"`
	State     string   `json:"state"`
	RowsIn    uint64   `json:"rows_in"`
	RowsOut   uint64   `json:"rows_out"`
	Failed    uint64   `json:"failed"`
	Late      uint64   `json:"late"`
	Dropped   uint64   `json:"dropped"`
	Refused   uint64   `json:"refused"`
	Writes    uint64   `json:"writes"`
	Expired   uint64   `json:"expired"`
	Forgotten uint64   `json:"forgotten" doc:"Partitions of functions and windows OVER (PARTITION BY …) that were forgotten, since there were more than 100,000."`
	Failure   string   `json:"failure,omitempty" doc:"Why the last row that failed did."`

	Sample *FailedRow `json:"sample,omitempty" doc:"A row that failed: the last but for those within the same second."`
}

// Sink is a far end and what it has.
type Sink struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Path     string   `json:"path"`
	State    string   `json:"state"`
	Detail   string   `json:"detail,omitempty"`
	Streams  []string `json:"streams"`
	Sent     uint64   `json:"sent"`
	Acked    uint64   `json:"acked"`
	Rejected uint64   `json:"rejected" doc:"Records that the far end refused for good."`
	Skipped  uint64   `json:"skipped" doc:"Records that gap records stand for: given up behind the quota, refused, withheld."`

	Withheld    uint64 `json:"withheld" doc:"Records that the configuration keeps from the far end."`
	Fallbacks   uint64 `json:"fallbacks" doc:"Connections on which it had to work in another way than it was told to; its detail says how."`
	DeadLetters uint64 `json:"dead_letters" doc:"Records refused for good that were put on the dead-letter stream."`

	Lag       uint64        `json:"lag" doc:"Records not acknowledged."`
	LagBytes  int64         `json:"lag_bytes"`
	LagAge    time.Duration `json:"lag_age_ns"`
	Backfill  bool          `json:"backfill" doc:"It is catching up."`
	Rejection string        `json:"rejection,omitempty" doc:"Why the far end last refused something for good."`
}

// Served is a server that shows tags to others, and what it has done.
type Served struct {
	Name      string `json:"name"`
	Type      string `json:"type"`
	Path      string `json:"path"`
	State     string `json:"state"`
	Detail    string `json:"detail,omitempty"`
	Listening string `json:"listening,omitempty"`
	Tags      int    `json:"tags"`
	Clients   int    `json:"clients" doc:"Connected now."`
	Requests  uint64 `json:"requests"`
	Refused   uint64 `json:"refused" doc:"Requests that were not granted."`
	Strangers uint64 `json:"strangers" doc:"Connections refused, by their address or since there were too many."`
	Writes    uint64 `json:"writes" doc:"Values that devices took."`
}

// Log is how the log on the disk is doing.
type Log struct {
	Rows        int64             `json:"rows"`
	Commits     int64             `json:"commits"`
	Failures    int64             `json:"failures" doc:"Commits that the disk refused."`
	Written     int64             `json:"written_bytes"`
	Queue       int               `json:"queue_bytes"`
	Bytes       int64             `json:"bytes"`
	Segments    int               `json:"segments"`
	Quarantined int               `json:"quarantined"`
	Dropped     map[string]uint64 `json:"dropped" doc:"Records lost, by stream and cause."`
	PerRecord   float64           `json:"written_bytes_per_record" doc:"Written by log and history for each record of the log: what a record wears the disk."`
	PerDay      int64             `json:"written_bytes_per_day" doc:"What log and history write in a day, at the pace of the last hour, or since the start."`
	Budget      int64             `json:"write_budget_bytes_per_day" doc:"More than that a day is an alarm; 0: no bound."`
	History     HistoryFiles      `json:"history"`
}

// Clock is how the node's wall clock is doing, as the monotonic one tells.
type Clock struct {
	Trusted bool          `json:"trusted" doc:"Whether it is later than all that it has shown, or kept in step by the system. Until then values wait for the history."`
	Forward uint64        `json:"steps_forward" doc:"How often it was set forward by a second or more since the start."`
	Back    uint64        `json:"steps_back" doc:"How often it was set back."`
	Last    time.Duration `json:"last_step_ns" doc:"By how much it was set last; negative: back."`
	Stepped time.Time     `json:"last_step_at,omitzero" doc:"What it showed after that."`
}

// HistoryFiles is how the history on the disk is doing.
type HistoryFiles struct {
	Rows        int64 `json:"rows"`
	Written     int64 `json:"written_bytes"`
	Bytes       int64 `json:"bytes" doc:"Of the values."`
	SumBytes    int64 `json:"sum_bytes" doc:"Of what they sum up to by minute and hour."`
	Late        int64 `json:"late" doc:"Rows too old to be let in."`
	Future      int64 `json:"future" doc:"Rows ahead of the clock, which wait in quarantine until their time has come."`
	Overflow    int64 `json:"overflow" doc:"Of them, those that were dropped, since there were too many."`
	Damaged     int64 `json:"damaged" doc:"Blocks that queries had to leave out."`
	Quarantined int   `json:"quarantined" doc:"Files set aside since they are damaged."`
}

// Event is something that happened.
type Event struct {
	Number uint64    `json:"number"`
	Time   time.Time `json:"time"`
	Kind   string    `json:"kind" doc:"failed, restarted, alarm, state, write, rule …"`
	Path   string    `json:"path"`
	Text   string    `json:"text"`
	Stack  string    `json:"stack,omitempty"`
}

// Fault is a switch that breaks a simulated plant.
type Fault struct {
	Name string `json:"name"`
	Doc  string `json:"doc"`
	On   bool   `json:"on"`
}
