package config

import (
	"fmt"
	"slices"
	"time"

	"github.com/holdfast-edge/holdfast/config/spec"
)

// Device is one unit at an endpoint: a PLC, a meter, a drive. Devices with the same endpoint share its connection.
type Device struct {
	Origin   Origin
	Name     string                  `yaml:"name" required:"true" match:"name" doc:"The device's name; rules read it with FROM." example:"boiler"`
	Driver   string                  `yaml:"driver" required:"true" chooses:"driver" doc:"The protocol that the device speaks. Its own keys stand beside these." example:"modbus"`
	Template string                  `yaml:"template" inplace:"driver" doc:"The template that the other keys are taken from." example:"meter"`
	With     map[string]spec.Written `yaml:"with" doc:"The parameters of the template."`
	Endpoint URL                     `yaml:"endpoint" doc:"The socket or serial port that the device is reached at; the query holds what the driver wants to know of it. Devices that name the same endpoint share one connection." example:"tcp://192.0.2.10:502"`
	Groups   []Group                 `yaml:"groups" doc:"Tags that are read together."`

	DemoteAfter int           `yaml:"demote_after" default:"3" min:"1" max:"100" advanced:"true" doc:"After as many requests in a row without an answer the device is no longer polled, and only probed, so that it costs the others on its endpoint nothing."`
	ProbeMin    time.Duration `yaml:"probe_min" default:"1s" min:"10ms" max:"1h" advanced:"true" doc:"The wait before the first probe of a device that does not answer."`
	ProbeMax    time.Duration `yaml:"probe_max" default:"30s" min:"10ms" max:"24h" advanced:"true" doc:"The longest wait between two probes."`

	// EndpointOptions and Options are pointers to the structs that the driver declares in its catalog entry, decoded
	// and with defaults; nil where it declares none, or where the device is not Sound.
	EndpointOptions any `options:"driver/endpoint" query:"endpoint"`
	Options         any `options:"driver/device"`
}

// Group is tags of one device that are read in one scan and form one stream.
type Group struct {
	Name    string        `yaml:"name" required:"true" match:"name" doc:"The group's name, unique within its device." example:"climate"`
	Scan    time.Duration `yaml:"scan" default:"1s" min:"1ms" max:"24h" doc:"The time from the start of one reading to the start of the next." example:"100ms"`
	Report  time.Duration `yaml:"report" min:"0s" max:"24h" doc:"The least time between two rows of the group. The newest of what is read in between waits for it; a change of quality does not. Without it there is a row for every scan." example:"10s"`
	History bool          `yaml:"history" default:"true" doc:"Whether the values are kept in the node's history."`
	Tags    []Tag         `yaml:"tags" doc:"The values of the group."`

	Heartbeat time.Duration `yaml:"heartbeat" min:"0s" max:"24h" doc:"After so long a tag with a deadband is reported though it has not changed. The values of a device that sends by itself are told again after so long without a row, with a deadband or not." example:"5m"`

	Static   []Static   `yaml:"static" doc:"Tags with a constant value, in the group's rows behind its tags."`
	Computed []Computed `yaml:"computed" doc:"Tags that are computed of others, in the group's rows behind the static ones."`
}

// Tag is one value of a device.
type Tag struct {
	Name        string    `yaml:"name" required:"true" match:"name" doc:"The tag's name, unique within its device; rules read it as a column." example:"temperature"`
	Address     string    `yaml:"address" doc:"Where the device keeps the value, in the driver's own notation." example:"holding:0"`
	Type        string    `yaml:"type" doc:"The type of the value in the device, in the driver's own words." example:"int16"`
	Scale       float64   `yaml:"scale" default:"1" doc:"The value is the raw number times scale plus offset, counted in decimal: raw 300 with scale 0.1 is 30 exactly." example:"0.1"`
	Offset      float64   `yaml:"offset" default:"0" doc:"Added after scaling." example:"-40"`
	Unit        string    `yaml:"unit" doc:"The unit of the scaled value, for people." example:"°C"`
	Access      Access    `yaml:"access" default:"r" enum:"r,w,rw" doc:"Whether the tag is read (r), written (w) or both (rw)."`
	Min         *float64  `yaml:"min" doc:"A write below this scaled value is refused." example:"0"`
	Max         *float64  `yaml:"max" doc:"A write above this scaled value is refused." example:"100"`
	Deadband    *Deadband `yaml:"deadband" doc:"When a value is news. What is none stands in the rows as it was last reported, with the time that it had; a row without news is left out. Without it, every value is news. A number alone is an absolute deadband." example:"0.5"`
	Verify      bool      `yaml:"verify" default:"true" advanced:"true" doc:"Whether a write is read back, so that its outcome can be verified."`
	Writer      string    `yaml:"writer" advanced:"true" doc:"The only one who may write the tag: a rule or a user, as rule open_valve or user anna." example:"rule open_valve"`
	Description string    `yaml:"description" doc:"What the value is, for people." example:"supply temperature"`

	WriteInterval time.Duration `yaml:"write_interval" default:"0" max:"24h" advanced:"true" doc:"The least time between two writes; one that comes earlier is refused. 0 sets no limit."`

	// Options is a pointer to the struct that the driver declares for its tags; nil where it declares none.
	Options any `options:"driver/tag"`

	sound bool // its keys were found right, see Check
}

// Access is what may be done with a tag.
type Access string

// The ways to access a tag.
const (
	ReadOnly  Access = "r"
	WriteOnly Access = "w"
	ReadWrite Access = "rw"
)

// Readable tells whether scans read the tag.
func (a Access) Readable() bool { return a != WriteOnly }

// Writable tells whether rules and people may write the tag.
func (a Access) Writable() bool { return a == WriteOnly || a == ReadWrite }

// Overflow is what a stream does when a reader's ring is full.
type Overflow string

// The overflow policies.
const (
	Block      Overflow = "block"
	DropOldest Overflow = "drop_oldest"
)

// TagChecker is implemented by a driver's device options to check each tag together with its device; the device's
// groups and their tags are complete. It runs once for every tag whose keys are free of errors.
type TagChecker interface {
	CheckTag(tag *Tag, report Report)
}

// Sender is implemented by the device options of a driver whose devices send by themselves what has changed, so that a
// heartbeat is for something without a deadband, too.
type Sender interface {
	SendsChanges()
}

// Check refuses waits that contradict each other and names given twice within the device, and lets the driver look at every tag.
func (d *Device) Check(report Report) {
	if d.ProbeMax < d.ProbeMin {
		report("probe_max", &Problem{What: "probe_max is less than probe_min", Fix: "swap them"})
	}
	groups, tags := firsts{}, firsts{}
	checker, _ := d.Options.(TagChecker)
	_, sends := d.Options.(Sender)
	for g := range d.Groups {
		group := &d.Groups[g]
		at := fmt.Sprintf("groups[%d]", g)
		groups.add("group", group.Name, at, report)
		group.checkReports(at, sends, report)
		for t := range group.Tags {
			tag := &group.Tags[t]
			at := fmt.Sprintf("%s.tags[%d]", at, t)
			tags.add("tag", tag.Name, at, report)
			if checker != nil && tag.sound {
				checker.CheckTag(tag, func(key string, err error) { report(at+"."+key, err) })
			}
		}
		for s := range group.Static {
			tags.add("tag", group.Static[s].Name, fmt.Sprintf("%s.static[%d]", at, s), report)
		}
		for c := range group.Computed {
			tags.add("tag", group.Computed[c].Name, fmt.Sprintf("%s.computed[%d]", at, c), report)
		}
	}
}

// firsts is where each name of a device was first given.
type firsts map[string]string

// add reports a name that was there before.
func (f firsts) add(kind, name, at string, report Report) {
	f.addWithin("device", kind, name, at, report)
}

// addWithin is add for names within something else.
func (f firsts) addWithin(within, kind, name, at string, report Report) {
	first, twice := f[name]
	switch {
	case name == "": // reported already
	case twice:
		report(at+".name", &Problem{
			What: fmt.Sprintf("%s %q is declared twice in this %s, first at %s", kind, name, within, first),
			Fix:  "give one of them another name",
		})
	default:
		f[name] = at
	}
}

// Check refuses limits that no value can meet.
func (t *Tag) Check(report Report) {
	t.sound = true
	if t.Scale == 0 {
		t.sound = false
		report("scale", &Problem{What: "a scale of 0 makes every value the same", Fix: "leave it out, or write the factor"})
	}
	if t.Min != nil && t.Max != nil && *t.Min > *t.Max {
		t.sound = false
		report("max", &Problem{What: fmt.Sprintf("max %v is below min %v", *t.Max, *t.Min), Fix: "swap them"})
	}
}

// Writable tells whether any tag of the device may be written.
func (d *Device) Writable() bool {
	for _, group := range d.Groups {
		for _, tag := range group.Tags {
			if tag.Access.Writable() {
				return true
			}
		}
	}
	return false
}

// GroupOf finds the group that a tag is in, be it read, static or computed; nil where there is none.
func (d *Device) GroupOf(tag string) *Group {
	for g := range d.Groups {
		group := &d.Groups[g]
		if slices.ContainsFunc(group.Tags, func(t Tag) bool { return t.Name == tag }) ||
			slices.ContainsFunc(group.Static, func(t Static) bool { return t.Name == tag }) ||
			slices.ContainsFunc(group.Computed, func(t Computed) bool { return t.Name == tag }) {
			return group
		}
	}
	return nil
}

// Tag finds a tag that is read or written by name in any group; nil where there is none.
func (d *Device) Tag(name string) *Tag {
	for g := range d.Groups {
		for t := range d.Groups[g].Tags {
			if tag := &d.Groups[g].Tags[t]; tag.Name == name {
				return tag
			}
		}
	}
	return nil
}
