package ied

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
)

// rcb is a report control block.
type rcb struct {
	name     mms.Name
	buffered bool
	list     mms.Name
	owner    *client // who has reserved or enabled it; nil: nobody
	enabled  bool
	sequence int64
	entries  []entry // of a buffered one, the oldest first
	last     uint64  // EntryID of the newest
	sent     uint64  // EntryID of the last that the client has
	overflow bool
	skip     int // reports that are lost on the way
}

// entry is what a report tells.
type entry struct {
	id     uint64
	at     time.Time
	values map[int]mms.Data // by the member's place in the data set
	reason int              // a bit of the reasons
}

// room is how many entries a buffered block keeps.
const room = 100

// Bits of OptFlds and of reasons.
const (
	optSequence, optTime, optReason, optDataSet, optOverflow, optEntry = 1, 2, 3, 4, 6, 7
	reasonChange, reasonGeneral                                        = 1, 5
)

// Reporter defines a report control block: LN$RP$name, or LN$BR$name for a buffered one, of a data set of the same device.
func (d *IED) Reporter(device, item, list string) {
	x := &rcb{name: mms.Name{Domain: device, Item: item}, buffered: strings.Contains(item, "$BR$"), list: mms.Name{Domain: device, Item: list}}
	define := func(name string, t mms.Type, v mms.Data) { d.Define(device, item+"$"+name, t, v) }
	count := mms.Type{Kind: mms.Unsigned, Size: 32}
	define("RptID", Text(), mms.VisibleOf(""))
	define("RptEna", Bool(), mms.BoolOf(false))
	if !x.buffered {
		define("Resv", Bool(), mms.BoolOf(false))
	}
	define("DatSet", Text(), mms.VisibleOf(x.list.String()))
	define("ConfRev", count, mms.UintOf(1))
	define("OptFlds", mms.Type{Kind: mms.BitString, Size: -10}, mms.BitsOf(10))
	define("BufTm", count, mms.UintOf(0))
	define("SqNum", count, mms.UintOf(0))
	define("TrgOps", mms.Type{Kind: mms.BitString, Size: -6}, mms.BitsOf(6, 1))
	define("IntgPd", count, mms.UintOf(0))
	define("GI", Bool(), mms.BoolOf(false))
	if x.buffered {
		define("PurgeBuf", Bool(), mms.BoolOf(false))
		define("EntryID", mms.Type{Kind: mms.Octets, Size: 8}, mms.OctetsOf(make([]byte, 8)))
		define("ResvTms", mms.Type{Kind: mms.Integer, Size: 16}, mms.IntOf(0))
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.rcbs[x.name] = x
}

// Lose loses the next reports of a block on their way.
func (d *IED) Lose(device, item string, count int) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.rcbs[mms.Name{Domain: device, Item: item}].skip = count
}

// Reporting reports whether a client has enabled a block.
func (d *IED) Reporting(device, item string) bool {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.rcbs[mms.Name{Domain: device, Item: item}].enabled
}

// rcbOf returns the block that a variable is of, and which of its variables that is.
func (d *IED) rcbOf(name mms.Name) (x *rcb, what string) {
	last := strings.LastIndexByte(name.Item, '$')
	if last < 0 {
		return nil, ""
	}
	return d.rcbs[mms.Name{Domain: name.Domain, Item: name.Item[:last]}], name.Item[last+1:]
}

// configure writes to a block.
func (c *client) configure(x *rcb, name mms.Name, what string, v mms.Data) *mms.AccessError {
	d := c.ied
	refuse := func(e mms.AccessError) *mms.AccessError { return &e }
	n := d.at(name)
	switch {
	case x.owner != nil && x.owner != c:
		return refuse(mms.TemporarilyUnavailable)
	case n.typ.Kind != v.Kind:
		return refuse(mms.TypeInconsistent)
	case what == "EntryID":
		if len(v.Octets) != 8 || !x.resume(binary.BigEndian.Uint64(v.Octets)) {
			return refuse(mms.ValueInvalid)
		}
	case what == "Resv" || what == "ResvTms":
		x.owner = c
	case what == "RptEna":
		c.enable(x, v.Int != 0)
	case what == "GI":
		if !x.enabled {
			return refuse(mms.TemporarilyUnavailable)
		}
		d.general(x)
		return nil
	}
	n.value = v
	return nil
}

// resume has the block go on behind an entry; false where it does not have that.
func (x *rcb) resume(id uint64) bool {
	if !slices.ContainsFunc(x.entries, func(e entry) bool { return e.id == id }) {
		return false
	}
	x.sent = id
	return true
}

func (c *client) enable(x *rcb, on bool) {
	if x.enabled = on; !on {
		x.owner = nil
		return
	}
	x.owner, x.sequence = c, 0
	for _, e := range x.entries {
		if e.id > x.sent {
			c.ied.tell(x, e)
		}
	}
}

// general tells all members.
func (d *IED) general(x *rcb) {
	e := entry{at: time.Now(), values: map[int]mms.Data{}, reason: reasonGeneral}
	for i, member := range d.lists[x.list] {
		e.values[i] = d.at(member).read()
	}
	d.happened(x, e)
}

// changed reports a change of a variable to the blocks whose data sets have it.
func (d *IED) changed(name mms.Name) {
	for _, x := range d.rcbs {
		e := entry{at: time.Now(), values: map[int]mms.Data{}, reason: reasonChange}
		for i, member := range d.lists[x.list] {
			if member == name || member.Domain == name.Domain && strings.HasPrefix(name.Item, member.Item+"$") {
				e.values[i] = d.at(member).read()
			}
		}
		if len(e.values) > 0 {
			d.happened(x, e)
		}
	}
}

// happened keeps an entry, where the block is buffered, and tells it to who listens.
func (d *IED) happened(x *rcb, e entry) {
	if x.buffered {
		x.last++
		e.id = x.last
		x.entries = append(x.entries, e)
		if len(x.entries) > room {
			x.entries = x.entries[len(x.entries)-room:]
			x.overflow = x.overflow || x.entries[0].id > x.sent+1
		}
	}
	if x.enabled {
		d.tell(x, e)
	}
}

// tell sends a report.
func (d *IED) tell(x *rcb, e entry) {
	fields := d.at(mms.Name{Domain: x.name.Domain, Item: x.name.Item + "$OptFlds"}).value
	members := d.lists[x.list]
	values := []mms.Data{mms.VisibleOf(x.name.String()), fields}
	add := func(bit int, v mms.Data) {
		if fields.Bit(bit) {
			values = append(values, v)
		}
	}
	add(optSequence, mms.UintOf(x.sequence))
	add(optTime, mms.BinaryTimeOf(e.at))
	add(optDataSet, mms.VisibleOf(x.list.String()))
	add(optOverflow, mms.BoolOf(x.overflow))
	add(optEntry, mms.OctetsOf(binary.BigEndian.AppendUint64(nil, e.id)))
	var included []int
	for i := range members {
		if _, ok := e.values[i]; ok {
			included = append(included, i)
		}
	}
	values = append(values, mms.BitsOf(len(members), included...))
	for _, i := range included {
		values = append(values, e.values[i])
	}
	for range included {
		add(optReason, mms.BitsOf(6, e.reason))
	}
	x.sequence++
	x.overflow = false
	if x.buffered {
		x.sent = e.id
		x.sequence %= 1 << 16
	} else {
		x.sequence %= 1 << 8
	}
	if x.skip > 0 {
		x.skip--
		return
	}
	x.owner.queue(bytes.Clone(mms.Report{List: mms.Name{Item: "RPT"}, Values: values}.Append(nil)))
}

// released takes that a client has gone: its blocks are free, and go on from the last entry that it was sent.
func (d *IED) released(c *client) {
	for _, x := range d.rcbs {
		if x.owner != c {
			continue
		}
		x.owner, x.enabled = nil, false
		for _, name := range []string{"RptEna", "Resv"} {
			if n := d.at(mms.Name{Domain: x.name.Domain, Item: x.name.Item + "$" + name}); n != nil {
				n.value = mms.BoolOf(false)
			}
		}
		if n := d.at(mms.Name{Domain: x.name.Domain, Item: x.name.Item + "$ResvTms"}); n != nil {
			n.value = mms.IntOf(0)
		}
	}
}
