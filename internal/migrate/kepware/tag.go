package kepware

import (
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/internal/migrate"
	"github.com/holdfast-edge/holdfast/internal/migrate/plant"
)

// tags adds the tags of a device or of a group in it, and those of the groups within.
func (d *device) tags(o *migrate.Object, path []string) {
	for _, t := range o.Objects("tags") {
		d.tag(t, path)
	}
	for _, g := range o.Objects("tag_groups") {
		name := g.Text(nameKey)
		g.Origin = g.Named(d.Of + "." + name)
		d.tags(g, append(path[:len(path):len(path)], name))
		g.Ask(descriptionKey)
		d.rest.tell(g)
	}
}

// tag adds a tag, or reports why it cannot be.
func (d *device) tag(o *migrate.Object, path []string) {
	name := o.Text(nameKey)
	o.Origin = o.Named("tag " + strings.Join(append([]string{d.made.Name}, append(path, name)...), "."))
	t := plant.Tag{From: o.Origin, Name: name, Prefix: strings.Join(path, "_"), Description: o.Text(descriptionKey)}
	code := o.Int("servermain.TAG_DATA_TYPE", standard)
	var low bool
	var err error
	if t.Point, low, err = readAddress(o.Text("servermain.TAG_ADDRESS"), d.options, code == text); err == nil {
		t.Type, err = typeOf(code, t.Point)
	}
	if err != nil {
		d.report.LeftOut(o.Origin, err.Error())
		return
	}
	t.Order = d.order(t.Type, low)
	t.Access = [...]string{"r", "rw"}[min(max(o.Int("servermain.TAG_READ_WRITE_ACCESS", 0), 0), 1)]
	if t.Point.IsReadOnly() {
		t.Access = "r"
	}
	d.scaling(&t, o)
	if t.Bit >= 0 && t.Access == "rw" && !d.masks {
		d.made.Node.Text("bit_write", "read_modify_write")
	}
	rate := d.rate(o)
	d.rest.tell(o)
	d.made.Tag(groupName(path), rate, t)
}

func groupName(path []string) string {
	if len(path) == 0 {
		return "tags"
	}
	return strings.Join(path, "_")
}

// order is that of a tag's type. Low is of a text.
func (d *device) order(typ string, low bool) string {
	switch typ {
	case "string":
		return [...]string{"", "BA"}[one(low)]
	case "int16", "uint16", "bcd16":
		return d.orders.single
	case "int32", "uint32", "float32", "bcd32":
		return d.orders.double
	case "int64", "uint64", "float64":
		return d.orders.quad
	default:
		return ""
	}
}

// rate is how often the tag is read: its own rate, or that of the device.
func (d *device) rate(o *migrate.Object) time.Duration {
	ms := o.Int("servermain.TAG_SCAN_RATE_MILLISECONDS", 0)
	if ms <= 0 {
		return max(d.scan, time.Millisecond)
	}
	return time.Duration(ms) * time.Millisecond
}

// scaling reads a curve from the raw to the scaled range.
func (d *device) scaling(t *plant.Tag, o *migrate.Object) {
	const at = "servermain.TAG_SCALING_"
	kind := o.Int(at+"TYPE", 0)
	rawLow, rawHigh := o.Number(at+"RAW_LOW", 0), o.Number(at+"RAW_HIGH", 1000)
	low, high := o.Number(at+"SCALED_LOW", 0), o.Number(at+"SCALED_HIGH", 1000)
	clampLow, clampHigh := o.Flag(at+"CLAMP_LOW", false), o.Flag(at+"CLAMP_HIGH", false)
	negate := o.Flag(at+"NEGATE_VALUE", false)
	units := o.Text(at + "UNITS")
	o.Ask(at + "SCALED_DATA_TYPE")
	if kind != 1 && kind != 2 {
		return
	}
	t.Unit = units
	if negate {
		low, high = 0-low, 0-high
	}
	s := migrate.Map(nil)
	s.Flow = true
	if kind == 2 {
		s.Text("curve", "square_root")
	}
	s.Put("raw", pair(rawLow, rawHigh)).Put("to", pair(low, high)).Flag("clamp", clampLow || clampHigh)
	if clampLow != clampHigh {
		d.report.Changed(o.Place(at+"CLAMP_LOW"), "one end", "both ends", "a clamp is for both ends of the range")
	}
	t.Scaling = s
}

func pair(low, high float64) *migrate.Node {
	l := migrate.List(migrate.Number(low), migrate.Number(high))
	l.Flow = true
	return l
}
