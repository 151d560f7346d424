package node

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/actors/endpoint"
	"github.com/holdfast-edge/holdfast/actors/rule"
	"github.com/holdfast-edge/holdfast/actors/sink"
	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/template"
	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/lookup"
	"github.com/holdfast-edge/holdfast/streamsql/parse"
)

// plan is a site, compiled: what the actors are given.
type plan struct {
	schemas   *endpoint.Schemas
	endpoints []endpoint.Config
	devices   []device
	streams   []subscribed
	rules     []rule.Config
	sinks     []sink.Config
	servers   []server
	logged    map[string]bool   // streams that something durable reads
	history   map[string]bool   // streams that are kept in the history
	paths     map[string]string // place in the tree of each device
	reads     map[string]string // what each rule is compiled against, as text
	interlock *interlock
	published []published
	compiler  streamsql.Compiler
	sources   streamsql.Sources       // what the compiler knows
	modules   map[string]provider     // by the functions that they have
	away      []*awaited              // modules that are not there yet
	inputs    map[string]broker.Input // by what FROM can read
	tables    []heldTable
	lookups   map[string]lookup.Table // the tables by name, for all queries
}

// published is what a rule gives, on its way to the node's own broker.
type published struct {
	rule           string
	to             *config.Target
	topic, payload template.Template
}

// device is a device and what drives it.
type device struct {
	driver protocols.Driver
	config *config.Device
}

// plan compiles a site. What cannot be compiled is left out and reported; a
// plan with errors is not to be run.
func (c *Components) plan(site *config.Site) (*plan, config.Errors) { return c.planWith(site, false) }

// planWith is plan; with waiting, the file of a table or of functions may be away, as after a power
// cut that took it: a node does not stay down for that.
func (c *Components) planWith(site *config.Site, waiting bool) (*plan, config.Errors) {
	b := &planner{components: c, site: site, waiting: waiting, names: newNames(site), readings: readings{}, endpoints: map[string]int{}, plan: &plan{
		logged: map[string]bool{}, history: map[string]bool{}, paths: map[string]string{}, reads: map[string]string{},
	}}
	b.plan.compiler, b.plan.inputs, b.plan.sources = streamsql.Compiler{Catalog: b.names.sources}, b.names.inputs, b.names.sources
	b.plan.modules = map[string]provider{}
	for i := range site.Functions {
		b.function(&site.Functions[i])
	}
	b.plan.lookups = map[string]lookup.Table{}
	for i := range site.Tables {
		b.table(&site.Tables[i])
	}
	for i := range site.Devices {
		b.device(&site.Devices[i])
	}
	for i := range site.Rules {
		b.rule(&site.Rules[i])
	}
	for i := range site.Streams {
		b.stream(&site.Streams[i])
	}
	for i := range site.Sinks {
		b.sink(&site.Sinks[i])
	}
	b.plan.schemas = b.names.schemas
	for i := range site.Servers {
		b.server(&site.Servers[i])
	}
	b.errors = append(b.errors, apart(c.places(site))...)
	for _, name := range site.DeadLetters() {
		b.plan.history[name] = true
	}
	for name := range b.plan.history {
		b.plan.logged[name] = true
	}
	b.interlock()
	return b.plan, b.errors
}

type planner struct {
	components *Components
	site       *config.Site
	waiting    bool // for files of tables and functions that are away
	names      *names
	readings   readings       // by the rules so far
	endpoints  map[string]int // where each stands in the plan
	plan       *plan
	errors     config.Errors
}

func (b *planner) interlock() {
	var err error
	if b.plan.interlock, err = newInterlock(b.site); err != nil {
		b.errors = append(b.errors, b.site.Changes.Origin.Error("interlock", conditionProblem(err)))
	}
}

// device compiles a device, for its errors, and puts it to its endpoint.
func (b *planner) device(d *config.Device) {
	driver, ok := b.components.drivers[d.Driver]
	if !ok {
		return // reported when it was decoded
	}
	if d.Origin.Sound() { // else what could not be read would be told again, as something else
		if _, err := driver.Compile(d); err != nil {
			b.errors = append(b.errors, d.Origin.Error("", err))
		}
		b.errors = append(b.errors, endpoint.CheckDerived(d)...)
	}
	name := endpoint.Name(d)
	b.plan.paths[d.Name] = "/endpoints/" + name + "/" + d.Name
	for g := range d.Groups {
		if d.Groups[g].History {
			b.plan.history[endpoint.StreamName(d.Name, d.Groups[g].Name)] = true
		}
	}
	b.plan.devices = append(b.plan.devices, device{driver, d})
	b.endpoint(driver, name, d)
}

// endpoint puts the device to its endpoint, which all its devices must reach in
// the same way.
func (b *planner) endpoint(driver protocols.Driver, name string, d *config.Device) {
	i, known := b.endpoints[name]
	if !known {
		b.endpoints[name] = len(b.plan.endpoints)
		b.plan.endpoints = append(b.plan.endpoints, endpoint.Config{Driver: driver, Device: d})
		return
	}
	if first := b.plan.endpoints[i].Device; first.Driver != d.Driver || first.Endpoint.String() != d.Endpoint.String() {
		b.errors = append(b.errors, d.Origin.Error("endpoint", &config.Problem{
			What: fmt.Sprintf("device %q reaches the same endpoint in another way: %s, driver %s", first.Name, first.Endpoint, first.Driver),
			Fix:  "give both the same driver and the same endpoint, with the same query",
		}))
	}
}

func (b *planner) rule(r *config.Rule) {
	compiler := b.plan.compiler
	compiler.EKuiper = r.Dialect == config.EKuiperDialect
	query, err := b.compile(compiler, r.SQL)
	if err != nil && !b.site.Sound() && b.parses(r) {
		return // what it names may be what could not be read
	}
	if err != nil {
		b.errors = append(b.errors, r.Origin.Error("sql", sqlProblem(err)))
		return
	}
	c := rule.Config{
		Name: r.Name, Query: query, Durable: r.Durable, Checkpoint: r.Checkpoint,
		Tables: b.plan.lookups, EventTime: r.Time == config.EventTime, Lateness: r.Lateness, Idle: r.Idle, LateTo: r.LateTo,
	}
	b.plan.reads[r.Name] = b.called(query)
	for _, use := range query.Sources() {
		c.Inputs = append(c.Inputs, b.names.inputs[use.Name])
		b.plan.reads[r.Name] += b.names.describe(use.Name)
		b.readings.add(use)
		if r.Durable {
			b.logAll(b.names.inputs[use.Name].Streams)
		}
	}
	for t := range r.To {
		if err := b.target(&c, &r.To[t]); err != nil {
			b.errors = append(b.errors, r.Origin.Error(fmt.Sprintf("to[%d]", t), err))
		}
	}
	b.plan.rules = append(b.plan.rules, c)
}

// parses reports whether a rule's query is right by itself, whatever it names.
func (b *planner) parses(r *config.Rule) bool {
	dialect := ast.Standard
	if r.Dialect == config.EKuiperDialect {
		dialect = ast.EKuiper
	}
	_, err := parse.Query(r.SQL, dialect)
	return err == nil
}

// target plans where the rows of a rule go.
func (b *planner) target(c *rule.Config, to *config.Target) error {
	switch {
	case to.Write != "":
		mode, err := write.ParseMode(string(to.Trigger))
		if err != nil {
			return err
		}
		c.Writes = append(c.Writes, rule.Write{Device: to.Write, Mode: mode, Deadline: to.Deadline, DryRun: to.DryRun})
	case to.Publish != "":
		topic, err := template.Parse(to.Publish)
		if err != nil {
			return err
		}
		if strings.ContainsAny(to.Publish, "+#") {
			return &config.Problem{What: fmt.Sprintf("%.60q has a wildcard", to.Publish), Fix: "publish on one topic, without + and #"}
		}
		payload, err := template.Parse(to.Payload)
		if err != nil {
			return err
		}
		b.plan.published = append(b.plan.published, published{rule: c.Name, to: to, topic: topic, payload: payload})
	default:
		b.plan.logged[c.Name] = true
	}
	return nil
}

// stream is planned when the rules are, which say what they read of it.
func (b *planner) stream(s *config.Stream) {
	if s.History {
		b.plan.history[s.Name] = true
	}
	b.plan.streams = append(b.plan.streams, b.readings.subscription(s))
}

func (b *planner) logAll(streams []string) {
	for _, name := range streams {
		b.plan.logged[name] = true
	}
}

func (b *planner) sink(s *config.Sink) {
	far, ok := b.components.sinks[s.Type]
	if !ok {
		return // reported when it was decoded
	}
	c := sink.Config{Sink: far, Config: s}
	for i := range b.site.Rules {
		r := &b.site.Rules[i]
		if slices.ContainsFunc(r.To, func(t config.Target) bool { return t.Sink == s.Name }) {
			c.Streams = append(c.Streams, r.Name)
		}
	}
	if taker, takes := s.Options.(sinks.DeviceTaker); takes {
		c.Streams = append(c.Streams, b.groupsFor(taker)...)
	}
	if len(c.Streams) > 0 {
		b.plan.sinks = append(b.plan.sinks, c)
	}
}

// groupsFor logs the streams of the devices that a sink takes as they are.
func (b *planner) groupsFor(taker sinks.DeviceTaker) (streams []string) {
	for i := range b.site.Devices {
		d := &b.site.Devices[i]
		if !taker.TakesDevice(d.Name) {
			continue
		}
		for g := range d.Groups {
			streams = append(streams, endpoint.StreamName(d.Name, d.Groups[g].Name))
		}
	}
	b.logAll(streams)
	return streams
}

// sqlProblem keeps the place within the text, which the place of the text in
// the file stands in front of.
func sqlProblem(err error) error {
	if e, ok := errors.AsType[*streamsql.Error](err); ok {
		return &config.Problem{What: "in the query, at " + e.Error()}
	}
	return err
}

// conditionProblem is sqlProblem for a condition that stands alone.
func conditionProblem(err error) error {
	if e, ok := errors.AsType[*parse.Error](err); ok {
		return &config.Problem{What: fmt.Sprintf("in the condition, at %s: %s", e.Pos, e.Message), Fix: e.Hint}
	}
	return sqlProblem(err)
}

// overflow is a stream's policy, for its readers.
func overflow(o config.Overflow) broker.Overflow {
	if o == config.DropOldest {
		return broker.DropOldest
	}
	return broker.Block
}
